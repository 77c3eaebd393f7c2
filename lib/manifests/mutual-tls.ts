import type { Cluster } from './cluster';
import type { Field, Resource } from './resource';
import { fullHost } from './hosts';
import { Kind } from './kinds';
import { Membership, membershipOf } from './membership';
import { Selecting } from './selecting';
import type { Workload } from './workload';

/** The mode of a PeerAuthentication. */
export type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** The mode of mutual TLS of a workload; of a port of its containers, if one is given. PERMISSIVE by default. */
export function modeFor(workload: Workload, cluster: Cluster, port?: number): Mode {
  return known(modeField(workload, cluster, port)?.text) ?? 'PERMISSIVE';
}

/**
 * The field that sets the mode, if one does: of the port, of the PeerAuthentication that selects the workload, of the
 * one for the namespace, of the one for the mesh.
 */
export function modeField(workload: Workload, cluster: Cluster, port?: number): Field | undefined {
  const selecting = indexOf(cluster)
    .selecting(workload)
    .find(each => each.namespace === workload.namespace);
  return modeFieldBy(selecting, workload.namespace, cluster, port);
}

/** The same for what a PeerAuthentication selects, if one does. */
export function modeFieldBy(
  selecting: Resource | undefined,
  namespace: string,
  cluster: Cluster,
  port?: number,
): Field | undefined {
  const [ofPort] = port === undefined ? [] : [selecting?.spec.get('portLevelMtls', String(port), 'mode')];
  const rest = [selecting, defaultOf(namespace, cluster), defaultOf(cluster.mesh.rootNamespace, cluster)].map(each =>
    each?.spec.get('mtls', 'mode'),
  );
  return [ofPort, ...rest].find(each => known(each?.text));
}

/** The mode for all Pods of a namespace, if one is set. */
export function namespaceMode(namespace: string, cluster: Cluster): Mode | undefined {
  return known(defaultOf(namespace, cluster)?.spec.get('mtls', 'mode').text);
}

/** The mode for all namespaces of the mesh, if one is set. */
export function meshMode(cluster: Cluster): Mode | undefined {
  return namespaceMode(cluster.mesh.rootNamespace, cluster);
}

/**
 * Whether callers may use mutual TLS to a workload: it has a sidecar that accepts it, and its namespace does not
 * disable it, which Istio evaluates before it reads Pods.
 */
export function offersMutualTls(workload: Workload, cluster: Cluster): boolean {
  return (
    membershipOf(workload, cluster) === Membership.SIDECAR
    && (workload.labels['security.istio.io/tlsMode'] ?? 'istio') === 'istio'
    && (namespaceMode(workload.namespace, cluster) ?? meshMode(cluster)) !== 'DISABLE'
  );
}

/**
 * Whether proxies use mutual TLS automatically if the callee accepts it (auto mTLS): the default, unless the mesh
 * config disables it.
 */
export function isAutomatic(cluster: Cluster): boolean {
  return cluster.mesh.get('enableAutoMtls')?.value !== false;
}

/** The PeerAuthentication for all of a namespace. */
export function defaultOf(namespace: string, cluster: Cluster): Resource | undefined {
  return indexOf(cluster).defaults(namespace)[0];
}

/** DestinationRules for all hosts of the mesh, or of a namespace, with their TLS mode. */
export function blanketRules(cluster: Cluster): { rule: Resource; mode: string; namespace: string | undefined }[] {
  return cluster.all(Kind.DESTINATION_RULE).flatMap(rule => {
    const host = fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
    const [, namespace] = /^\*\.([^.]+)\.svc\./.exec(host) ?? [];
    const isMeshWide = host === '*.local' || host === '*' || host === `*.svc.${cluster.clusterDomain}`;
    return namespace !== undefined || isMeshWide
      ? [
          {
            rule,
            mode: rule.spec.get('trafficPolicy', 'tls', 'mode').text,
            namespace: isMeshWide ? undefined : namespace,
          },
        ]
      : [];
  });
}

function indexOf(cluster: Cluster): Selecting {
  return Selecting.of(cluster, Kind.PEER_AUTHENTICATION, 'selector', 'matchLabels');
}

function known(mode: string | undefined): Mode | undefined {
  return mode === 'STRICT' || mode === 'PERMISSIVE' || mode === 'DISABLE' ? mode : undefined;
}
