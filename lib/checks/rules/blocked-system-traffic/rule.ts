import {
  allowsPort,
  type Cluster,
  type Field,
  isWithin,
  Membership,
  membershipOf,
  NetworkPolicies,
  type PeerPort,
  type PodRules,
  type Workload,
} from '../../../manifests';
import { HBONE } from '../../../dataplane';
import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import { type Check, problem, type Problem } from '../../manifests/check';

const DNS = 53;

const ISTIOD = 15012;

const METRICS = 15020;

const PROBES = '169.254.7.127';

export const rule: Check = {
  id: 'BlockedSystemTraffic',
  severity: Severity.WARNING,
  covers: [],
  summary: 'NetworkPolicies block traffic that a pod needs to work',
  explanation:
    'With any egress rule a pod also needs one for DNS (port 53 in kube-system), and with a sidecar one for the '
    + 'control '
    + 'plane (15012); with any ingress rule a pod in ambient mode also needs port 15008 for its traffic '
    + 'and, if it has '
    + 'probes, the address 169.254.7.127, the source of probes in ambient mode. A pod with Prometheus '
    + 'scrape annotations needs an ingress rule for the metrics port: with a sidecar 15020, where the '
    + 'proxy merges the metrics. '
    + 'A pod without any allowed egress and without calls is assumed to be isolated on purpose.',
  *find(cluster) {
    for (const workload of cluster.workloads.all) {
      yield* forgottenBy(workload, cluster);
    }
  },
};

function* forgottenBy(workload: Workload, cluster: Cluster): Iterable<Problem> {
  const policies = NetworkPolicies.of(cluster);
  const membership = membershipOf(workload, cluster);
  const [ingress, egress] = [policies.rulesFor(workload, 'ingress'), policies.rulesFor(workload, 'egress')];
  const at = workload.resource.metadata.get('name');
  const has = `The NetworkPolicies of ${workload.name}`;
  if (
    egress
    && sends(workload, egress, membership, cluster)
    && !leadsTo('kube-system', workload, egress, { ...tcp(DNS), protocol: 'UDP' })
  ) {
    yield problem(
      at,
      `${has} allow no egress on port ${DNS}, so DNS resolution fails.`,
      'Add an egress rule for port 53, UDP and TCP.',
    );
  }
  if (
    egress
    && membership === Membership.SIDECAR
    && !leadsTo(cluster.mesh.rootNamespace, workload, egress, tcp(ISTIOD))
  ) {
    yield problem(
      at,
      `${has} allow no egress on port ${ISTIOD}, so its proxy receives neither certificate nor configuration.`,
      'Add an egress rule to istiod on port 15012.',
    );
  }
  if (ingress && !ingress.isEmpty && membership === Membership.AMBIENT && !opens(ingress, HBONE)) {
    yield problem(
      at,
      `${has} allow no ingress on port ${HBONE.number}, on which mesh traffic arrives.`,
      'Add an ingress rule for TCP port 15008.',
    );
  }
  if (ingress && membership === Membership.AMBIENT && hasProbes(workload) && !ingress.some('probes', admitsProbes)) {
    yield problem(
      at,
      `${has} block its probes, so it never becomes ready.`,
      `Add an ingress rule from ipBlock ${PROBES}/32.`,
    );
  }
  const scraped = scrapedPort(workload, membership, cluster);
  if (ingress && scraped !== undefined && !opens(ingress, tcp(scraped))) {
    yield problem(
      at,
      `${has} allow no ingress on port ${scraped}, the metrics port in its Prometheus annotations.`,
      `Add an ingress rule for TCP port ${scraped} from Prometheus.`,
    );
  }
}

/** Whether it sends any traffic: a pod without any allowed egress is often isolated on purpose. */
function sends(workload: Workload, egress: PodRules, membership: Membership, cluster: Cluster): boolean {
  return (
    !egress.isEmpty
    || membership === Membership.SIDECAR
    || (CallGraph.of(cluster).nodeOfWorkload(workload)?.outgoing.length ?? 0) > 0
  );
}

function opens(rules: PodRules, port: PeerPort): boolean {
  return rules.some(`${port.protocol} ${port.number}`, rule => allowsPort(rule, port));
}

/**
 * Whether rules may open a port of Pods in a namespace: peers of the workload's own namespace are none there. Labels of
 * the namespace other than its name are not known.
 */
function leadsTo(namespace: string, workload: Workload, rules: PodRules, port: PeerPort): boolean {
  const may = (peer: Field) => {
    const name = peer.get('namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
    return (
      peer.get('ipBlock').exists
      || (peer.get('namespaceSelector').exists
        ? !name.exists || name.text === namespace
        : workload.namespace === namespace)
    );
  };
  return rules.some(
    `${port.protocol} ${port.number} in ${namespace}`,
    rule => allowsPort(rule, port) && (rule.get('to').items.length === 0 || rule.get('to').items.some(may)),
  );
}

function admitsProbes(rule: Field): boolean {
  const peers = rule.get('from').items;
  return peers.length === 0 || peers.some(peer => isWithin(PROBES, peer.get('ipBlock', 'cidr').text));
}

function hasProbes(workload: Workload): boolean {
  return workload.containers.some(each =>
    ['readinessProbe', 'livenessProbe', 'startupProbe'].some(
      name => each.get(name).exists && !each.get(name, 'exec').exists,
    ),
  );
}

/** The port of a pod's Prometheus scrape annotations, if any. */
function scrapedPort({ annotations }: Workload, membership: Membership, { mesh }: Cluster): number | undefined {
  if (annotations['prometheus.io/scrape'] !== 'true') {
    return undefined;
  }
  const isMerged =
    membership === Membership.SIDECAR
    && annotations['prometheus.istio.io/merge-metrics'] !== 'false'
    && mesh.get('enablePrometheusMerge')?.value !== false;
  const port = Number(annotations['prometheus.io/port']);
  return isMerged ? METRICS : port > 0 ? port : undefined;
}

const tcp = (number: number): PeerPort => ({ number, names: [], protocol: 'TCP' });
