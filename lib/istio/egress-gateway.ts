import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { IGateway, IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { Labels, SpecOf, TopologyChart } from '../kubernetes';
import { type EgressGateway, type EgressListener, type ExternalService, type Port, Protocol } from '../topology';
import { renderEgressWorkload } from './egress-workload';
import type { Identities } from './identities';
import { operationsOf } from './operations';
import { AuthorizationPolicy, DestinationRule, IstioGateway } from './resources';

type Spec = SpecOf<IVirtualService>;
type Server = NonNullable<SpecOf<IGateway>['servers']>[number];
type HttpRoute = NonNullable<Spec['http']>[number];
type Destination = NonNullable<HttpRoute['route']>[number];
type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];

/**
 * The egress gateways: pods, servers that require mutual TLS, the TLS settings of callers, and the policies that allow
 * each caller its hosts.
 */
export function renderEgressGateways(chart: TopologyChart, mesh: Identities, injection: Labels): void {
  for (const gateway of chart.topology.egressGateways) {
    const { name, namespace, selector, listeners } = gateway;
    if (listeners.length === 0) {
      continue;
    }
    const scope = chart.scopeOf(gateway);
    const metadata = { name, namespace };
    renderEgressWorkload(chart, gateway, injection);
    new IstioGateway(scope, 'gateway', {
      metadata,
      spec: { selector: { ...selector }, servers: listeners.map(serverOf) },
    });
    new DestinationRule(scope, 'destination-rule', {
      metadata,
      spec: {
        host: gateway.host,
        exportTo: exportOf(gateway),
        subsets: [...new Set(listeners.map(({ external }) => external))].map(external => ({
          name: external.name,
          labels: { ...selector },
          trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', sni: external.host } },
        })),
      },
    });
    new AuthorizationPolicy(scope, 'authorization-policy', {
      metadata,
      spec: { selector: { matchLabels: { ...selector } }, action: 'ALLOW', rules: listeners.flatMap(rulesOf(mesh)) },
    });
  }
}

/** The rules of a VirtualService of an external service: callers route to its egress gateway, the gateway to the host. */
export function routesThrough(
  gateway: EgressGateway,
  external: ExternalService,
  http: readonly HttpRoute[],
): Pick<Spec, 'gateways' | 'http' | 'tls' | 'tcp'> {
  const servers = [`${gateway.namespace}/${gateway.name}`];
  const used = gateway.listeners.filter(each => each.external === external);
  const requests = used.filter(({ port }) => port.carriesRequests);
  const connections = used.filter(({ port }) => !port.carriesRequests);
  const inside = ['mesh'];
  const toGateway = (port: Port) => ({ route: [to(gateway, external, gateway.listener(external, port)?.number)] });
  const toHost = ({ port }: EgressListener) => ({
    route: [{ destination: { host: external.host, port: numbered(port) } }],
  });
  const atGateway = ({ number }: EgressListener) => [{ gateways: servers, port: number }];
  return {
    gateways: ['mesh', ...servers],
    http: listOf([
      ...http.map(rule => ({
        ...rule,
        match: rule.match?.map(match => ({ ...match, gateways: inside })),
        ...toGateway(external.port(rule.match?.[0]?.port ?? 0)),
      })),
      ...requests.map(each => ({ match: atGateway(each), ...toHost(each), retries: { attempts: 0 } })),
    ]),
    tls: listOf(
      connections
        .filter(({ port }) => port.protocol === Protocol.TLS)
        .map(({ port }) => ({
          match: [{ gateways: inside, port: port.number, sniHosts: [external.host] }],
          ...toGateway(port),
        })),
    ),
    tcp: listOf([
      ...connections
        .filter(({ port }) => port.protocol !== Protocol.TLS)
        .map(({ port }) => ({ match: [{ gateways: inside, port: port.number }], ...toGateway(port) })),
      ...connections.map(each => ({ match: atGateway(each), ...toHost(each) })),
    ]),
  };
}

/** The hosts of a caller's Sidecar for a call through an egress gateway, each with its namespace. */
export function hostOfGateway({ egressGateway }: ExternalService, namespace: string): string[] {
  return egressGateway
    ? [`${egressGateway.namespace === namespace ? '.' : egressGateway.namespace}/${egressGateway.host}`]
    : [];
}

/**
 * A server for one host alone: the server name of mutual TLS selects it, so that no other host can be requested from it.
 * Only VirtualServices of the topology's namespace can use it.
 */
function serverOf({ external, number, protocol }: EgressListener): Server {
  const isTcp = protocol === 'tcp';
  return {
    port: { number, name: `${isTcp ? 'tls' : 'https'}-${external.name}-${number}`, protocol: isTcp ? 'TLS' : 'HTTPS' },
    hosts: [`${external.namespace}/${external.host}`],
    tls: { mode: 'ISTIO_MUTUAL' },
  };
}

/** The callers of a host, on its port and with its server name. */
function rulesOf(mesh: Identities): (listener: EgressListener) => Rule[] {
  return ({ external, port, number }) =>
    external.incomingCalls
      .filter(call => call.port === port)
      .map(({ caller, allowedOperations }) => {
        const ports = [String(number)];
        return {
          from: [{ source: { principals: [mesh.principal(caller.namespace, caller.serviceAccount)] } }],
          to: allowedOperations ? operationsOf(allowedOperations, [], { ports }) : [{ operation: { ports } }],
          when: [{ key: 'connection.sni', values: [external.host] }],
        };
      });
}

function to(gateway: EgressGateway, external: ExternalService, number: number | undefined): Destination {
  return { destination: { host: gateway.host, port: { number }, subset: external.name } };
}

function numbered({ number }: Port): { number: number } {
  return { number };
}

/** The namespaces of the callers. */
function exportOf({ namespace, listeners }: EgressGateway): string[] {
  const callers = listeners.flatMap(({ external }) => external.incomingCalls.map(({ caller }) => caller.namespace));
  return ['.', ...[...new Set(callers)].filter(each => each !== namespace)];
}

function listOf<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}
