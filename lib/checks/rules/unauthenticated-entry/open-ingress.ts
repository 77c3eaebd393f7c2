import { authorizeBy, type Message, policiesFor } from '../../../dataplane';
import { type Cluster, Kind, type Labels, Membership, membershipOf, modeFor, type Workload } from '../../../manifests';
import type { Entry } from '../../manifests/calls/node';
import type { OpenRoute } from './open-routes';

/**
 * A rule of an Ingress that forwards requests without credentials to a workload: no annotation of its controller
 * demands any, and the policies of the workload allow it from any Pod.
 */
export function openIngress({ route, rule, service }: Entry, cluster: Cluster): OpenRoute | undefined {
  const path = rule.get('path').text || '/';
  const workload = demandCredentials(route.annotations)
    ? undefined
    : cluster.selectedBy(service).find(each => isOpen(each, path, cluster));
  return workload && { rule, gateway: route, workload, example: `GET ${path}` };
}

/**
 * Whether annotations make a controller demand credentials: ingress-nginx and its relatives, NGINX's own controller,
 * and the AWS Load Balancer Controller.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * @see https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
 */
function demandCredentials(annotations: Labels): boolean {
  return Object.entries(annotations).some(([annotation, value]) => {
    const [domain, name] = annotation.split('/');
    const other = (suffix: string) => annotations[`${domain}/${suffix}`] ?? '';
    switch (name) {
      case 'auth-url':
      case 'auth-secret':
      case 'basic-auth-secret':
      case 'jwt-key':
        return value !== '';
      case 'auth-type':
        return !['', 'none'].includes(value) && other('auth-on-unauthenticated-request') !== 'allow';
      case 'auth-tls-secret':
        return value !== '' && !['off', 'optional', 'optional_no_ca'].includes(other('auth-tls-verify-client'));
      default:
        return false;
    }
  });
}

/** The controller may be in the mesh or not, and send the request from any port to any of the workload. */
function isOpen(workload: Workload, path: string, cluster: Cluster): boolean {
  const policies = policiesFor(workload, Kind.AUTHORIZATION_POLICY, cluster);
  switch (membershipOf(workload, cluster)) {
    case Membership.NONE:
      return true;
    case Membership.AMBIENT:
      return policies.length === 0;
    case Membership.SIDECAR:
    case Membership.UNKNOWN:
      return modeFor(workload, cluster) !== 'STRICT' && isAllowed();
  }
  function isAllowed(): boolean {
    const message: Message = { scheme: 'http', host: '', port: 80, method: 'GET', path, query: '', headers: {} };
    const connection = { namespace: '', labels: {}, port: { number: 0, names: [], protocol: 'TCP' } };
    const unknown = new Set(['identity', 'port', 'server name', 'host', 'headers'] as const);
    const isAsked = policies.some(each => each.spec.get('action').text === 'CUSTOM');
    return (
      !isAsked && authorizeBy(policies, { connection, message, isTcp: false, unknown }, cluster).isAllowed === true
    );
  }
}
