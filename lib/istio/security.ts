import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { declare, elsewhere, type Labels, podsElsewhere, type SpecOf, type TopologyChart } from '../kubernetes';
import type { IService, PathPattern, Port, Service } from '../topology';
import type { Identities } from './identities';
import { operationsOn } from './operations';
import { plaintextPorts, rulesAgainstOthers, rulesOfPeers, sourceOf } from './outside-callers';
import { AuthorizationPolicy, PeerAuthentication } from './resources';
import { type PolicyTarget, renderServiceAuth, rulesFor } from './service-auth';
import { WAYPOINT } from './waypoints';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
/** The number by which rules refer to a port: that of the pod, or at a waypoint that of the Service. */
type PortOf = (port: Port) => number;

const targetPort: PortOf = port => port.target;

/**
 * Strict mutual TLS, a default that allows nothing, and for each callee only the declared calls: for whole namespaces
 * that the topology owns, per workload elsewhere.
 */
export function renderSecurity(chart: TopologyChart, mesh: Identities): void {
  for (const namespace of chart.topology.ownNamespaces) {
    const scope = chart.scopeOfNamespace(namespace);
    new PeerAuthentication(scope, 'peer-authentication', {
      metadata: { name: 'default', namespace },
      spec: { mtls: { mode: 'STRICT' } },
    });
    const pods = chart.topology.services.filter(each => each.namespace === namespace && each.inMesh);
    new AuthorizationPolicy(scope, 'authorization-policy', {
      metadata: { name: 'allow-nothing', namespace, ...elsewhere(pods.flatMap(podsElsewhere)) },
      spec: {},
    });
  }
  const routedBy = rulesOfEdges(chart, mesh);
  for (const service of chart.topology.services.filter(each => each.inMesh && !each.isForeign)) {
    const rules = withoutRepetition(rulesAtPods(service, mesh, routedBy.get(service) ?? []));
    const target = targetOf(service, mesh);
    const isOwned = chart.topology.owns(service.namespace);
    const isDryRun = service.objects.authorizationDryRun !== undefined;
    const metadata = { name: service.name, namespace: service.namespace, ...elsewhere(podsElsewhere(service)) };
    const selector = { matchLabels: service.selector };
    const portLevelMtls = plaintextPorts(service);
    if (!isOwned || portLevelMtls) {
      declare(chart.scopeOf(service), 'peer-authentication', PeerAuthentication, {
        metadata,
        spec: { selector, mtls: { mode: 'STRICT' }, portLevelMtls },
      });
    }
    renderServiceAuth(chart, service, target);
    renderPolicyOfWaypoint(chart, service, mesh);
    if (!isOwned) {
      renderGuardsOutside(chart, service, rules);
    }
    // A policy without rules allows nothing: outside the topology's namespaces there is no other default.
    if (rules.length > 0 || !isOwned || isDryRun) {
      const others = elsewhere(podsElsewhere(service), callersElsewhere(service, mesh));
      declare(chart.scopeOf(service), 'authorization-policy', AuthorizationPolicy, {
        metadata: { ...metadata, ...(isDryRun ? dryRun(others.annotations) : others) },
        spec: { selector, action: 'ALLOW', ...(rules.length > 0 ? { rules } : {}) },
      });
    }
    renderDenials(chart, service, metadata, target);
    if (isDryRun) {
      declare(chart.scopeOf(service), 'dry-run', AuthorizationPolicy, {
        metadata: { ...metadata, name: `${service.name}.dry-run` },
        spec: { selector, action: 'ALLOW', rules: [{}] },
      });
    }
  }
}

/** On ports for requests alone: on others, Istio would ignore methods and paths, and deny every connection. */
function renderDenials(
  chart: TopologyChart,
  service: Service,
  metadata: { readonly name: string; readonly namespace: string },
  target: PolicyTarget,
): void {
  const { name, objects } = service;
  if (!objects.deniedOperations) {
    return;
  }
  const isAtWaypoint = 'targetRefs' in target;
  const ports = service.ports
    .filter(each => each.carriesRequests)
    .map(each => String(isAtWaypoint ? each.number : each.target));
  declare(chart.scopeOf(service), 'denied-operations', AuthorizationPolicy, {
    metadata: {
      ...metadata,
      name: `${name}.denied-operations`,
      ...(objects.authorizationDryRun === undefined ? {} : dryRun()),
    },
    spec: {
      ...target,
      action: 'DENY',
      rules: [
        {
          to: objects.deniedOperations.map(({ method, path }) => ({
            operation: { ports, methods: method === undefined ? undefined : [method], paths: deniedPaths(path) },
          })),
        },
      ],
    },
  });
}

/** A path and all below it by a prefix of the text, since templates match some characters only. */
function deniedPaths({ isPrefix, stem, text }: PathPattern): string[] {
  return isPrefix ? [...(stem ? [stem.text] : []), text] : [text.replace(/\{[^}]+\+\}$/, '*')];
}

/** Istio evaluates such a policy for metrics and logs, and does not enforce it. */
function dryRun(others: Labels = {}): { annotations: Labels } {
  return { annotations: { ...others, 'istio.io/dry-run': 'true' } };
}

/**
 * Per workload what an owned namespace has for all its workloads. ALLOW policies are additive, and those of the
 * namespace's owner may allow more: the DENY policy denies undeclared callers regardless of these.
 */
function renderGuardsOutside(chart: TopologyChart, service: Service, rules: readonly Rule[]): void {
  const { name, namespace } = service;
  const selector = { matchLabels: service.selector };
  const scope = chart.scopeOf(service);
  const notPrincipals = [
    ...new Set(rules.flatMap(({ from = [] }) => from.flatMap(({ source }) => source?.principals ?? []))),
  ];
  declare(scope, 'undeclared-callers', AuthorizationPolicy, {
    metadata: {
      name: `${name}.undeclared-callers`,
      namespace,
      ...(service.objects.authorizationDryRun === undefined ? {} : dryRun()),
    },
    spec: { selector, action: 'DENY', rules: rulesAgainstOthers(service, notPrincipals) },
  });
}

/** What policies for requests attach to. */
function targetOf(service: Service, { waypoints }: Identities): PolicyTarget {
  return waypoints?.isBefore(service)
    ? { targetRefs: waypoints.targetRefs(service) }
    : { selector: { matchLabels: service.selector } };
}

/**
 * What the proxy of each pod allows: ztunnel reads no requests, so behind a waypoint it allows the identity of that
 * alone, besides callers that pass it by.
 */
function rulesAtPods(service: Service, mesh: Identities, edges: readonly Rule[]): Rule[] {
  const { waypoints } = mesh;
  if (!waypoints?.isBefore(service)) {
    return [...rulesOfCallers(service, mesh), ...edges, ...rulesOfPeers(service, mesh)];
  }
  const waypoint = {
    from: [{ source: { principals: [mesh.principal(service.namespace, WAYPOINT)] } }],
    to: [{ operation: { ports: [...new Set(service.ports.map(({ target }) => String(target)))] } }],
  };
  return [
    waypoint,
    ...rulesOfCallers(service, mesh, targetPort, caller => waypoints.hasSidecar(caller)),
    ...(waypoints.isPassedByEdges(service) ? [] : edges),
    ...rulesOfPeers(service, mesh, ({ peer }) => !peer.hasIdentity),
  ];
}

/** What the waypoint of a service allows: the operations of each caller, at the ports of the Service. */
function renderPolicyOfWaypoint(chart: TopologyChart, service: Service, mesh: Identities): void {
  const { waypoints } = mesh;
  if (!waypoints?.isBefore(service)) {
    return;
  }
  const atService = ({ number }: Port): number => number;
  const rules = [
    ...rulesOfCallers(service, mesh, atService, caller => !waypoints.hasSidecar(caller)),
    ...(waypoints.isPassedByEdges(service) ? (rulesOfEdges(chart, mesh, atService).get(service) ?? []) : []),
    ...rulesOfPeers(service, mesh, ({ peer }) => peer.hasIdentity, atService),
  ];
  if (rules.length > 0) {
    declare(chart.scopeOf(service), 'waypoint-policy', AuthorizationPolicy, {
      metadata: { name: `${service.name}.waypoint`, namespace: service.namespace },
      spec: { targetRefs: waypoints.targetRefs(service), action: 'ALLOW', rules },
    });
  }
}

function rulesOfCallers(
  service: Service,
  mesh: Identities,
  portOf: PortOf = targetPort,
  isIncluded: (caller: IService) => boolean = () => true,
): Rule[] {
  return service.incomingCalls
    .filter(({ caller }) => isIncluded(caller))
    .flatMap(({ caller, port, allowedOperations }) =>
      rulesFor(
        service,
        sourceOf(service, mesh.principal(caller.namespace, caller.serviceAccount), port),
        port,
        allowedOperations,
        portOf(port),
      ),
    );
}

/** Callers without an identity have the same rule. */
function withoutRepetition(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.map(rule => [JSON.stringify(rule), rule])).values()];
}

/** The identities of callers that other manifests declare. */
function callersElsewhere({ incomingCalls, allowedPeers }: Service, mesh: Identities): string[] {
  return [
    ...incomingCalls.flatMap(({ caller: { exists, namespace, serviceAccount } }) =>
      exists ? [mesh.principal(namespace, serviceAccount)] : [],
    ),
    ...allowedPeers.flatMap(({ peer: { namespace = '', serviceAccount } }) =>
      serviceAccount === undefined ? [] : [mesh.principal(namespace, serviceAccount)],
    ),
  ];
}

/**
 * The operations that the edge allows, repeated at the service as defence in depth where its proxy reads requests: pods
 * in ambient mode allow the identity of the gateway.
 */
function rulesOfEdges(chart: TopologyChart, mesh: Identities, portOf: PortOf = targetPort): Map<Service, Rule[]> {
  const rules = new Map<Service, Rule[]>();
  for (const edge of chart.topology.edges) {
    const principal = mesh.principal(edge.namespace, mesh.gateway.serviceNameOf(edge));
    for (const { service, port } of edge.destinations) {
      const readsRequests = (mesh.waypoints?.hasSidecar(service) ?? true) || portOf !== targetPort;
      const operations = edge.routes
        .filter(route => route.service === service && route.port === port)
        .map(route => route.inside);
      const asked = service === edge.rateLimiter ? service.methods('ShouldRateLimit') : [];
      // An authorizer with http gets the paths of all requests.
      const decides = edge.authorizers.some(each => each.service === service && each.port === port);
      const own = readsRequests
        ? rulesFor(
            service,
            sourceOf(service, principal, port),
            port,
            decides || !port.carriesRequests ? undefined : [...operations, ...asked],
            portOf(port),
          )
        : [{ from: [{ source: { principals: [principal] } }], to: operationsOn(port, undefined) }];
      rules.set(service, [...(rules.get(service) ?? []), ...own]);
    }
  }
  return rules;
}
