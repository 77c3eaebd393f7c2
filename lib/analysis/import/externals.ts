import { type Cluster, fullHost, Kind, Membership, membershipOf, type Resource } from '../../manifests';
import {
  call,
  type Code,
  constantOf,
  exported,
  list,
  literal,
  make,
  member,
  name,
  object,
  objectOrNone,
  type Statement,
} from '../program';
import type { ImportedPort, ImportedService } from './services';
import { ALL } from './calls';
import { namespaceIn } from './rest';
import { portCode } from './workload';

/** ServiceEntries as external services that all services call, as they can. */
export interface ImportedExternals {
  readonly statements: readonly Statement[];
  readonly expressed: ReadonlySet<Resource>;
}

const PROTOCOLS: Readonly<Record<string, ImportedPort['protocol']>> = {
  HTTP: 'http',
  HTTP2: 'http2',
  GRPC: 'grpc',
  TLS: 'tls',
  HTTPS: 'tls',
  TCP: 'tcp',
  MONGO: 'tcp',
};

export function externalsOf(
  services: readonly ImportedService[],
  cluster: Cluster,
  taken: Set<string>,
  policyOf: (protocol: string) => Readonly<Record<string, Code>>,
): ImportedExternals {
  const expressed = new Set<Resource>();
  const statements = cluster.all(Kind.SERVICE_ENTRY).flatMap((resource): Statement[] => {
    const { spec } = resource;
    const ports = spec.get('ports').items.map(each => ({
      number: each.get('number').number ?? 0,
      target: each.get('targetPort').number ?? each.get('number').number ?? 0,
      protocol: PROTOCOLS[each.get('protocol').text.toUpperCase()],
      title: each.get('name').text,
    }));
    const hosts = spec.get('hosts').texts;
    const isPlain =
      ports.length > 0
      && ports.every(each => each.protocol !== undefined)
      && hosts.every(each => /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(each))
      && ['', 'NONE', 'DNS'].includes(spec.get('resolution').text)
      && (!hosts.some(each => each.startsWith('*')) || spec.get('resolution').text !== 'DNS')
      && !['endpoints', 'workloadSelector', 'addresses', 'exportTo', 'subjectAltNames'].some(
        each => spec.get(each).exists,
      )
      && spec.get('location').text !== 'MESH_INTERNAL';
    if (!isPlain) {
      return [];
    }
    expressed.add(resource);
    return hosts.flatMap(host => externalStatements(host, resource, ports, services, taken, policyOf));
  });
  return { statements, expressed };
}

function externalStatements(
  host: string,
  resource: Resource,
  ports: readonly {
    readonly number: number;
    readonly target: number;
    readonly protocol?: ImportedPort['protocol'];
    readonly title: string;
  }[],
  services: readonly ImportedService[],
  taken: Set<string>,
  policyOf: (protocol: string) => Readonly<Record<string, Code>>,
): Statement[] {
  const title = host.replace(/^\*\./, 'any-').replace(/\./g, '-').slice(0, 63);
  const constant = constantOf(title, resource.namespace, taken);
  const codes = ports.map(({ number, target, protocol = 'tcp' }) => {
    const areSame = ports.filter(each => each.protocol === protocol).length > 1;
    return portCode({ number, target, protocol, suffix: areSame ? `p${number}` : undefined });
  });
  const [first, ...others] = codes;
  return [
    {
      declares: constant,
      code: call(
        name('topology'),
        'addExternalService',
        literal(title),
        object({ host: literal(host), port: first, ports: others.length > 0 ? list(others) : undefined }),
      ),
    },
    ...ports.map(({ number, protocol = 'tcp' }, index): Statement => ({
      each: {
        name: 'caller',
        of: services.map(each => name(each.constant)),
        within: { list: ALL, except: [] },
      },
      code: call(
        name('caller'),
        'calls',
        name(constant),
        objectOrNone({ port: index === 0 ? undefined : literal(number), ...policyOf(protocol) }),
      ),
    })),
  ];
}

/** The hosts of kept Services and ServiceEntries in the Sidecars of all services, and their addresses. */
export function keptHosts(
  services: readonly ImportedService[],
  expressed: ReadonlySet<Resource>,
  cluster: Cluster,
): Statement[] {
  const own = new Set(services.map(each => each.service));
  const entries = cluster.all(Kind.SERVICE_ENTRY).filter(each => !expressed.has(each));
  const kept = cluster.all(Kind.SERVICE).filter(each => {
    const isOfServices = services.some(({ versions }) =>
      versions.some(({ workload }) => cluster.selectedBy(each).includes(workload)),
    );
    return !own.has(each) && isOfServices;
  });
  const hosts = [
    ...kept.map(each => fullHost(each.name, each.namespace, cluster.clusterDomain)),
    ...entries.flatMap(each => each.spec.get('hosts').texts),
  ].map(each => `*/${each}`);
  const callers = services.filter(({ versions }) =>
    versions.some(({ workload }) => membershipOf(workload, cluster) === Membership.SIDECAR),
  );
  const addresses = entries.flatMap(each => each.spec.get('addresses').texts);
  const namespaces = [...new Set(callers.map(each => each.namespace))];
  return [
    ...(hosts.length === 0 ? [] : namespaces).map(namespace => {
      const own = callers.filter(each => each.namespace === namespace);
      return {
        each: { name: 'caller', of: own.map(each => name(each.constant)), within: within(own, services) },
        code: call(
          call(
            name('chart'),
            'object',
            literal('Sidecar'),
            member(name('caller'), 'name'),
            namespaceIn(services, namespace),
          ),
          'addJsonPatch',
          ...hosts.map(each =>
            call(exported('cdk8s', 'JsonPatch'), 'add', literal('/spec/egress/0/hosts/-'), literal(each)),
          ),
        ),
      };
    }),
    ...namespaces.flatMap(namespace =>
      addresses.length === 0
        ? []
        : [
            {
              code: make(
                exported('cdk8s', 'ApiObject'),
                name('chart'),
                literal(`kept-hosts-${namespace}`),
                literal({
                  apiVersion: 'networking.k8s.io/v1',
                  kind: 'NetworkPolicy',
                  metadata: { name: 'kept-hosts', namespace },
                  spec: {
                    podSelector: {},
                    policyTypes: ['Egress'],
                    egress: [
                      {
                        to: [...new Set(addresses)].map(each => ({
                          ipBlock: { cidr: each.includes('/') ? each : `${each}/${each.includes(':') ? 128 : 32}` },
                        })),
                      },
                    ],
                  },
                }),
              ),
            },
          ],
    ),
  ];
}

function within(callers: readonly ImportedService[], services: readonly ImportedService[]) {
  return { list: ALL, except: services.filter(each => !callers.includes(each)).map(each => name(each.constant)) };
}
