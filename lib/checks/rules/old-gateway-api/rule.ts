import { hasIstio, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { GROUP } from '../../manifests/control-plane/gateway-api-versions';

/** The minimum Gateway API releases for each kind in Istio 1.31. */
const MINIMUM: Readonly<Record<string, string>> = {
  grpcroutes: '1.1.0',
  backendtlspolicies: '1.4.0',
  tlsroutes: '1.5.0',
  tcproutes: '1.6.0',
};

export const rule: Check = {
  id: 'OldGatewayApi',
  severity: Severity.WARNING,
  covers: ['IST0176'],
  summary: 'A Gateway API CRD is of a release that Istio does not support',
  explanation:
    'Istio ignores objects of this kind; it is a note where there are none among the manifests. Manifests without anything of Istio are not checked. The release is in the annotation `gateway.networking.k8s.io/bundle-version`.',
  *find(cluster) {
    for (const definition of hasIstio(cluster) ? cluster.all(Kind.CRD) : []) {
      const needed = definition.name.endsWith(`.${GROUP}`)
        ? MINIMUM[definition.name.slice(0, -GROUP.length - 1)]
        : undefined;
      const release = definition.metadata.get('annotations', `${GROUP}/bundle-version`);
      if (needed && !DEVELOPMENT.test(release.text) && isOlder(release.text, needed)) {
        const found = problem(
          release,
          `The CRD is of release ${release.text}, and Istio requires ${needed} or newer.`,
          `Install release ${needed} or newer of the Gateway API.`,
        );
        const type = `${definition.spec.get('names', 'kind').text}.${GROUP}`;
        yield cluster.all(type).length > 0 ? found : { ...found, severity: Severity.INFO };
      }
    }
  },
};

/** What builds of the Gateway API have before they are released. */
const DEVELOPMENT = /^v?0\.0\.0\b/;

function isOlder(release: string, needed: string): boolean {
  const [numbers, least] = [release, needed].map(each =>
    /^v?(\d+)\.(\d+)(?:\.(\d+))?/
      .exec(each)
      ?.slice(1)
      .map(part => Number(part ?? 0)),
  );
  const difference =
    numbers && least ? numbers.map((each, index) => each - (least[index] ?? 0)).find(each => each !== 0) : 0;
  return (difference ?? 0) < 0;
}
