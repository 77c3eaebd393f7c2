import { addTo, type Cluster, Kind, Membership, membershipOf, type Resource, type Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';

export const portWithTwoProtocols: Check = {
  id: 'PortWithTwoProtocols',
  severity: Severity.WARNING,
  covers: ['IST0116'],
  summary: 'Two Services of a Deployment declare one port with different protocols',
  explanation: 'A proxy has one listener per port, so traffic of one Service is handled with the protocol of the other.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const [port, uses] of groupPorts(cluster.servicesOf(deployment), each => each.get('port').text)) {
        if (new Set(uses.map(({ field }) => field.get('protocol').text || 'TCP')).size > 1) {
          yield problem(deployment.resource.metadata.get('name'), `The Services ${namesOf(uses)} declare port ${port} with different protocols.`, 'Use different ports for the Services.');
        }
      }
    }
  },
};

export const conflictingPorts: Check = {
  id: 'ConflictingPorts',
  severity: Severity.WARNING,
  covers: ['IST0137'],
  summary: 'Two Services of a Deployment map different ports to one container port',
  explanation: 'The proxy has one inbound port per container port, so rules for the other Service port are not applied.',
  *find(cluster) {
    for (const deployment of deploymentsInMesh(cluster)) {
      for (const [target, uses] of groupPorts(cluster.servicesOf(deployment), each => each.get('targetPort').text.replace(/^0$/, '') || each.get('port').text)) {
        const ports = [...new Set(uses.map(({ field }) => field.get('port').text))];
        if (ports.length > 1) {
          yield problem(deployment.resource.metadata.get('name'), `The Services ${namesOf(uses)} map to the container port ${target} from the ports ${ports.join(' and ')}.`, 'Use one Service port for each container port.');
        }
      }
    }
  },
};

interface Use {
  readonly service: Resource;
  readonly field: ReturnType<Resource['spec']['get']>;
}

function deploymentsInMesh(cluster: Cluster): Workload[] {
  return cluster.workloads.all.filter(each => each.resource.type === Kind.DEPLOYMENT && membershipOf(each, cluster) === Membership.SIDECAR
    && each.resource.labels['gateway.istio.io/managed'] !== 'istio.io-mesh-controller');
}

function groupPorts(services: readonly Resource[], key: (port: Use['field']) => string): Map<string, Use[]> {
  const groups = new Map<string, Use[]>();
  for (const service of services) {
    for (const field of service.spec.get('ports').items) {
      addTo(groups, key(field), { service, field });
    }
  }
  return groups;
}

function namesOf(uses: readonly Use[]): string {
  return listed([...new Set(uses.map(each => each.service.name))].sort());
}
