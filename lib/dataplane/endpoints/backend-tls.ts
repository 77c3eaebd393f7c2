import {
  byAge,
  addTo,
  type Cluster,
  type Field,
  fullHost,
  type Host,
  Kind,
  memoByKey,
  portNumber,
  type Resource,
} from '../../manifests';
import { type Authorities, authoritiesOf, type TlsOriginator } from './certificate-authorities';

/** The TLS that a proxy originates to a backend for a BackendTLSPolicy. */
export interface BackendTls {
  /** The target of the policy that has it. */
  readonly at: Field;
  readonly serverName: string;
  /** The names of which the certificate must have one, with `DNS:` or `URI:` before each; any name suffices if empty. */
  readonly names: readonly string[];
  readonly authorities: Authorities;
}

/** A target of a BackendTLSPolicy, as a whole or one port of it. */
export interface BackendTlsTarget {
  readonly at: Field;
  readonly port?: number;
}

/**
 * The targets that are a host, in the order in which they take precedence. Of several with the same target the oldest
 * policy applies, even if it is invalid.
 * @see https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/
 */
export function backendTlsTargets(
  { name, resource }: { readonly name: string; readonly resource: { readonly namespace: string } },
  originator: TlsOriginator,
  cluster: Cluster,
): readonly BackendTlsTarget[] {
  return targetsByHost(cluster, originator).get(keyOf(resource.namespace, name)) ?? [];
}

/** The TLS of a port of a host at Envoy Gateway, where a policy of the port takes precedence. */
export function backendTlsOfGateway(host: Host, port: number, cluster: Cluster): BackendTls | undefined {
  const targets = backendTlsTargets(host, 'envoy-gateway', cluster);
  const target = targets.find(each => each.port === port) ?? targets.find(each => each.port === undefined);
  return target && backendTlsOf(target, 'envoy-gateway', cluster);
}

/**
 * The TLS for a target. Istio's proxies verify no names but those of `subjectAltNames`; Envoy Gateway verifies
 * `hostname` if there are none.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/config/kube/gateway/backend_policies.go
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/translator.go
 */
export function backendTlsOf({ at }: BackendTlsTarget, originator: TlsOriginator, cluster: Cluster): BackendTls {
  const validation = at.resource.spec.get('validation');
  const serverName = validation.get('hostname').text;
  const names = validation.get('subjectAltNames').items.flatMap(each => {
    switch (each.get('type').text) {
      case 'Hostname':
        return `DNS:${each.get('hostname').text}`;
      case 'URI':
        return `URI:${each.get('uri').text}`;
      default:
        return [];
    }
  });
  return {
    at,
    serverName,
    names: names.length > 0 || originator === 'istio' ? names : [`DNS:${serverName}`],
    authorities: authoritiesOf(validation, originator, cluster),
  };
}

const targetsByHost = memoByKey(
  (cluster: Cluster, originator: TlsOriginator): ReadonlyMap<string, readonly BackendTlsTarget[]> => {
    const found = new Map<string, BackendTlsTarget[]>();
    const policies = byAge(cluster.all(Kind.BACKEND_TLS_POLICY)).filter(
      each => originator !== 'istio' || !isIgnoredByIstio(each),
    );
    for (const at of policies.flatMap(each => each.spec.get('targetRefs').items)) {
      const target = resourceAt(at, cluster);
      const section = at.get('sectionName').text;
      const ports = target?.spec.get('ports').items.filter(each => each.get('name').text === section) ?? [];
      const port = section === '' ? undefined : ports.map(portNumber)[0];
      if (!target || (section !== '' && port === undefined)) {
        continue;
      }
      for (const key of hostsOf(target, cluster).map(each => keyOf(target.namespace, each))) {
        if (!found.get(key)?.some(each => each.port === port)) {
          addTo(found, key, { at, port });
        }
      }
    }
    return found;
  },
);

/** @see https://istio.io/latest/docs/reference/config/annotations/ */
function isIgnoredByIstio({ annotations }: Resource): boolean {
  return annotations['istio.io/ignore-policy-attachment']?.toLowerCase() === 'true';
}

/** Policies are in the namespace of their targets. */
function resourceAt(at: Field, cluster: Cluster): Resource | undefined {
  const type = [at.get('kind').text, at.get('group').text].filter(each => each !== '').join('.');
  return type === Kind.SERVICE || type === Kind.SERVICE_ENTRY
    ? cluster.find(type, at.get('name').text, at.resource.namespace)
    : undefined;
}

function hostsOf({ type, name, namespace, spec }: Resource, { clusterDomain }: Cluster): string[] {
  return type === Kind.SERVICE ? [fullHost(name, namespace, clusterDomain)] : spec.get('hosts').texts;
}

function keyOf(namespace: string, host: string): string {
  return `${namespace}/${host.toLowerCase()}`;
}
