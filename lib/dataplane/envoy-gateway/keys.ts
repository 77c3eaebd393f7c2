import { type Cluster, type Field, Kind, type Resource } from '../../manifests';
import type { Message } from '../messages/message';
import { queryParameter } from '../routes/http-match';
import { titleOf } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the `apiKeyAuth` of a SecurityPolicy on a request: it must have a key from its Secrets.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/api_key_auth_filter
 */
export function verifyKey(auth: Field, message: Message, cluster: Cluster): Verdict {
  const [key] = auth
    .get('extractFrom')
    .items.flatMap(each => [
      ...each.get('headers').texts.map(name => message.headers[name.toLowerCase()]),
      ...each.get('params').texts.map(name => queryParameter(message.query, name)),
      ...each.get('cookies').texts.map(name => cookie(message, name)),
    ])
    .filter(each => each !== undefined);
  if (key === undefined) {
    return refused(message, 401, auth, 'the request has no API key');
  }
  const client = auth
    .get('credentialRefs')
    .items.flatMap(each => [...keysOf(secretAt(each, cluster))])
    .find(([, each]) => each === key)?.[0];
  if (client === undefined) {
    return refused(message, 401, auth, 'the API key is not in the Secret');
  }
  const header = auth.get('forwardClientIDHeader').text.toLowerCase();
  const hidden = auth.get('sanitize').isTrue
    ? auth.get('extractFrom').items.flatMap(each => each.get('headers').texts.map(name => name.toLowerCase()))
    : [];
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => !hidden.includes(name)));
  return { message: { ...message, headers: header === '' ? headers : { ...headers, [header]: client } } };
}

function secretAt(at: Field, cluster: Cluster): Resource {
  const namespace = at.get('namespace').text || at.resource.namespace;
  const secret =
    namespace === at.resource.namespace ? cluster.find(Kind.SECRET, at.get('name').text, namespace) : undefined;
  if (!secret) {
    throw new Unsimulated(
      `${titleOf(at.resource)} has its API keys in the Secret ${namespace}/${at.get('name').text}, which `
        + 'is not among the manifests of its namespace.',
      'Add it, with keys for the test.',
    );
  }
  return secret;
}

/** Clients with their keys. */
function keysOf({ root }: Resource): Map<string, string> {
  return new Map([
    ...root.get('data').entries.map(([name, each]) => [name, Buffer.from(each.text, 'base64').toString()] as const),
    ...root.get('stringData').entries.map(([name, each]) => [name, each.text] as const),
  ]);
}

function cookie({ headers }: Message, name: string): string | undefined {
  return headers.cookie
    ?.split(/; */)
    .find(each => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
