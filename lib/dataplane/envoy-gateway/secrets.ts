import { type Cluster, type Field, Kind } from '../../manifests';
import { dataOf } from '../endpoints/certificate-authorities';
import { Unsimulated } from '../messages/unsimulated';
import { titleOf } from '../unread/read';

/** The contents of the Secret at a reference by key. Throws if it is not among the manifests of the namespace. */
export function credentialsIn(at: Field, what: string, cluster: Cluster): ReadonlyMap<string, string> {
  const namespace = at.get('namespace').text || at.resource.namespace;
  const secret =
    namespace === at.resource.namespace ? cluster.find(Kind.SECRET, at.get('name').text, namespace) : undefined;
  if (!secret) {
    throw new Unsimulated(
      `${titleOf(at.resource)} has its ${what} in the Secret ${namespace}/${at.get('name').text}, which `
        + 'is not among the manifests of its namespace.',
      `Add it, with ${what.replace('API ', '')} for the test.`,
    );
  }
  return new Map(Object.entries(dataOf(secret)));
}
