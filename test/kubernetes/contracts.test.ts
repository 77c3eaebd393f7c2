import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Testing } from 'cdk8s';
import fc from 'fast-check';
import {
  type CallProps,
  ClusterApp,
  Contract,
  ExternalAuthorizer,
  HeaderMatch,
  LoadBalancingAlgorithm,
  Mesh,
  Operation,
  Peer,
  Port,
  type Service,
  type Target,
  Topology,
  TopologyChart,
  ValidationError,
  WorkloadKind,
} from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { names, one, plain, type Rendered } from '../istio/support';
import { temporaryFolder } from '../support/temporary-folder';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';

const port = Port.http(80, { target: 8080 });
const GRPC = Port.grpc(50051, { service: 'bank.Ledger', methods: ['Get', 'Put'] });
const chartOf = (topology: Topology, mesh: Target = Mesh.istio()) =>
  new TopologyChart(new ClusterApp(), 'test', { topology, mesh });
const rendered = (topology: Topology, mesh?: Target) => Testing.synth(chartOf(topology, mesh)) as Rendered[];
const op = (text: string) => Operation.http(text);
const WEB = Peer.serviceAccount({ namespace: 'shop', name: 'web' });

/** The topology of another team, whose pay allows some callers. */
function billing(allow: (pay: Service) => void, declare: (pay: Service) => void = () => undefined): Topology {
  const topology = new Topology('billing');
  const pay = plain(topology, 'pay', { port, ports: [GRPC], versions: { v1: {}, v2: {} } });
  plain(topology, 'ledger').calls(pay);
  allow(pay);
  declare(pay);
  return topology;
}

/** A topology whose web calls pay by the contract. */
function shopOf(contract: Contract, props: CallProps = {}, caller = 'web'): Topology {
  const shop = new Topology('shop');
  plain(shop, caller).calls(shop.addContract(contract).service('pay'), props);
  return shop;
}

const allowing = (...allowed: [Peer, Parameters<Service['allowFrom']>[1]?][]) =>
  billing(pay => {
    allowed.forEach(([peer, props]) => {
      pay.allowFrom(peer, props);
    });
  });
const codeOf = (declare: () => unknown): string => {
  try {
    declare();
  } catch (error) {
    return error instanceof ValidationError ? error.code : String(error);
  }
  return 'nothing';
};

describe('a contract', () => {
  test('has the services that allow callers outside, and nothing of others', () => {
    const topology = allowing(
      [WEB, { allowedOperations: [op('GET /a/{id}')] }],
      [WEB, { port: 50051 }],
      [Peer.cidrs('10.1.0.0/16'), { plaintext: true }],
    );
    expect(Contract.of(topology).data).toEqual({
      format: 'cdk8s-cardinal/contract/v1',
      topology: 'billing',
      clusterDomain: 'cluster.local',
      namespaces: ['billing'],
      services: [
        {
          name: 'pay',
          namespace: 'billing',
          serviceAccount: 'pay',
          labels: { app: 'pay' },
          inMesh: true,
          routesByVersion: false,
          versions: ['v1', 'v2'],
          ports: [
            { number: 80, target: 8080, protocol: 'http' },
            { number: 50051, target: 50051, protocol: 'grpc', grpcService: 'bank.Ledger', grpcMethods: ['Get', 'Put'] },
          ],
          callers: [
            { namespace: 'shop', serviceAccount: 'web', port: 80, operations: ['GET /a/{id}'] },
            { namespace: 'shop', serviceAccount: 'web', port: 50051 },
          ],
        },
      ],
    });
  });

  test('is written beside the manifests, read again, and removed when nothing is allowed any more', () => {
    const outdir = temporaryFolder();
    const file = join(outdir, 'contracts/billing.contract.json');
    const synth = (topology: Topology) => {
      const app = new ClusterApp({ outdir });
      new TopologyChart(app, 'billing', { topology, mesh: Mesh.istio() });
      app.synth();
    };
    const topology = allowing([WEB]);
    synth(topology);
    const read = Contract.fromFile(file);
    expect(read.data).toEqual(Contract.of(topology).data);
    expect(readFileSync(file, 'utf8')).toBe(read.toText());
    synth(allowing());
    expect(existsSync(file)).toBe(false);
  });
});

describe('a call is checked against the contract', () => {
  const contract = Contract.of(
    allowing(
      [WEB, { allowedOperations: [op('GET /a/{id}'), op('POST /b')] }],
      [Peer.serviceAccount({ namespace: 'shop', name: 'job' })],
      [Peer.serviceAccount({ namespace: 'shop', name: 'cron', podLabels: { role: 'x' } })],
      [Peer.pods({ namespace: 'shop', labels: { app: 'old' } }), { plaintext: true }],
    ),
  );

  test.each<[string, string, string, CallProps]>([
    ['its operations', 'nothing', 'web', { allowedOperations: [op('GET /a/1'), op('GET /a/{id}'), op('POST /b')] }],
    ['all operations', 'nothing', 'job', {}],
    ['some operations of all', 'nothing', 'job', { allowedOperations: [op('GET /x')] }],
    ['all operations where some are allowed', 'NotAdmitted', 'web', {}],
    ['an operation that is gone', 'NotAdmitted', 'web', { allowedOperations: [op('GET /c')] }],
    ['another method', 'NotAdmitted', 'web', { allowedOperations: [op('PUT /b')] }],
    ['any method', 'NotAdmitted', 'web', { allowedOperations: [op('ANY /b')] }],
    ['a wider path', 'NotAdmitted', 'web', { allowedOperations: [op('GET /a/{rest+}')] }],
    ['a caller that is not allowed', 'NotAdmitted', 'thief', {}],
    ['a caller without the labels of its pods', 'NotAdmitted', 'cron', {}],
    ['a caller that is allowed without its identity', 'NotAdmitted', 'old', {}],
    ['a port that is not allowed', 'NotAdmitted', 'web', { port: 50051 }],
    ['a port that is gone', 'UnknownPort', 'web', { port: 81 }],
  ])('%s: %s', (_what, code, caller, props) => {
    expect(codeOf(() => shopOf(contract, props, caller))).toBe(code);
  });

  test('a caller without a proxy is allowed by its labels', () => {
    const shop = new Topology('shop');
    const old = plain(shop, 'old', { inMesh: false });
    old.calls(shop.addContract(contract).service('pay'));
    expect(old.outgoingCalls).toHaveLength(1);
  });

  test('the message names what to declare', () => {
    expect(() => shopOf(contract, {}, 'thief')).toThrow(
      "pay.allowFrom(Peer.serviceAccount({ namespace: 'shop', name: 'thief' }), { port: 80 })",
    );
    expect(() => shopOf(contract, { allowedOperations: [op('GET /c')] })).toThrow(
      'does not allow shop/web GET /c, only GET /a/{id}, POST /b',
    );
  });

  test('a method that the gRPC service no longer has is an error', () => {
    const pay = new Topology('shop').addContract(contract).service('pay');
    expect(pay.method('Get').toString()).toBe('POST /bank.Ledger/Get');
    expect(codeOf(() => pay.method('Gone'))).toBe('UnknownMethod');
  });

  test('a rejected call leaves nothing behind', () => {
    const shop = new Topology('shop');
    const thief = plain(shop, 'thief');
    expect(codeOf(() => thief.calls(shop.addContract(contract).service('pay')))).toBe('NotAdmitted');
    expect(thief.outgoingCalls).toEqual([]);
  });

  test('a service that allows no caller outside is not in it, and a service of two namespaces needs one', () => {
    const shop = new Topology('shop');
    const foreign = shop.addContract(contract);
    expect(codeOf(() => foreign.service('ledger'))).toBe('UnknownService');
    expect(foreign.service('pay')).toBe(foreign.service('pay', 'billing'));
    expect(codeOf(() => foreign.service('pay', 'other'))).toBe('UnknownService');
    const twice = new Topology('money');
    [undefined, 'vault'].forEach(namespace => {
      plain(twice, 'pay', { namespace }).allowFrom(WEB);
    });
    const both = new Topology('shop').addContract(Contract.of(twice));
    expect(codeOf(() => both.service('pay'))).toBe('UnknownService');
    expect(both.service('pay', 'vault').namespace).toBe('vault');
  });
});

test('clients in another topology reach the pods of a StatefulSet by name, and no pod of another name', () => {
  const messaging = new Topology('messaging');
  const workload = WorkloadKind.statefulSet();
  const kafka = plain(messaging, 'kafka', { port: Port.tcp(9092), replicas: 2, workload });
  const client = Peer.serviceAccount({ namespace: 'shop', name: 'web' });
  kafka.allowFrom(client);
  const shop = new Topology('shop');
  const contract = Contract.of(messaging);
  expect(contract.data.services[0]?.headlessService).toBe('kafka-headless');
  plain(shop, 'web').calls(shop.addContract(contract).service('kafka'));
  plain(shop, 'thief');
  const objects = [...rendered(messaging), ...rendered(shop)];
  const traffic = Traffic.of(manifestsOf(objects));
  traffic.from('web').tcp('kafka-1.kafka-headless.messaging:9092').expectRoutedTo('kafka');
  traffic.from('thief').tcp('kafka-1.kafka-headless.messaging:9092').expectDenied();
});

test('two topologies call each other, and a service of one allows a service that it calls itself', () => {
  const declare = (contract?: Contract) => {
    const topology = billing(pay => {
      pay.allowFrom(WEB);
    });
    const ledger = topology.services.find(each => each.name === 'ledger');
    if (contract) {
      ledger?.calls(topology.addContract(contract).service('web'));
    }
    return topology;
  };
  const shop = new Topology('shop');
  const web = plain(shop, 'web', { port });
  web.allowFrom(Peer.serviceAccount({ namespace: 'billing', name: 'ledger' }));
  web.calls(shop.addContract(Contract.of(declare())).service('pay'));
  const billed = declare(Contract.of(shop));
  const traffic = Traffic.of(manifestsOf([...rendered(billed), ...rendered(shop)]));
  traffic.from('web').http('GET http://pay.billing/').expectRoutedTo('pay');
  traffic.from('ledger').http('GET http://web.shop/').expectRoutedTo('web');
});

describe('both outputs together', () => {
  const owner = () => allowing([WEB, { allowedOperations: [op('GET /a')] }]);
  const call = { allowedOperations: [op('GET /a')], timeout: Duration.seconds(2) };

  test('have no object of one identity, and pass the checks', () => {
    const objects = [...rendered(owner()), ...rendered(shopOf(Contract.of(owner()), call))];
    const identities = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(identities.filter((each, index) => identities.indexOf(each) !== index)).toEqual([]);
    const { findings } = checkObjects(objects as never);
    expect(findings.filter(each => each.severity !== 'info').map(each => `${each.id} ${each.message}`)).toEqual([]);
  });

  test('each passes the checks by itself', () => {
    for (const objects of [rendered(owner()), rendered(shopOf(Contract.of(owner()), call))]) {
      const { findings } = checkObjects(objects as never);
      expect(findings.filter(each => each.severity !== 'info').map(each => `${each.id} ${each.message}`)).toEqual([]);
    }
  });

  test('carry a request under the terms of the call, and deny what is not declared', () => {
    const objects = [...rendered(owner()), ...rendered(shopOf(Contract.of(owner()), call))];
    const traffic = Traffic.of(manifestsOf(objects));
    const answer = traffic.from('shop/web-v1').http('GET http://pay.billing/a');
    expect([endsOf(answer), answer.timeout, answer.retries]).toEqual(['pay-v1 50%, pay-v2 50%', 2000, 0]);
    traffic.from('shop/web-v1').http('GET http://pay.billing/b').expectDenied();
  });

  test("the owner's split holds for callers elsewhere, which have no rules that would bypass it", () => {
    const split = () =>
      billing(
        pay => {
          pay.allowFrom(WEB);
        },
        pay => {
          pay.split({ v1: 90, v2: 10 });
        },
      );
    const shop = shopOf(Contract.of(split()));
    const objects = [...rendered(split()), ...rendered(shop)];
    expect(endsOf(Traffic.of(manifestsOf(objects)).from('shop/web-v1').http('GET http://pay.billing/'))).toBe(
      'pay-v1 90%, pay-v2 10%',
    );
    expect(names(rendered(shopOf(Contract.of(split()))), 'VirtualService')).toEqual([]);
    expect(codeOf(() => shopOf(Contract.of(split()), { timeout: Duration.seconds(1) }))).toBe('Contradiction');
    const own: ((pay: Service) => void)[] = [
      pay => {
        pay.addCircuitBreaker({ maxConnections: 1 });
      },
      pay => {
        pay.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM });
      },
      pay => {
        pay.split({ v1: 100 });
      },
      pay => {
        pay.routeTo('v2', HeaderMatch.exact('x', 'y'));
      },
      pay => {
        pay.mirrorTo('v2');
      },
      pay => {
        pay.respondDirectly(HeaderMatch.exact('x', 'y'), { status: 503 });
      },
    ];
    own.forEach(declare => {
      const pay = new Topology('shop').addContract(Contract.of(split())).service('pay');
      expect(
        codeOf(() => {
          declare(pay);
        }),
      ).toBe('Contradiction');
      const free = new Topology('shop').addContract(Contract.of(allowing([WEB]))).service('pay');
      expect(
        codeOf(() => {
          declare(free);
        }),
      ).toBe('nothing');
    });
  });

  test('callers elsewhere split and mirror requests with a header alone', () => {
    const shop = new Topology('shop');
    const pay = shop.addContract(Contract.of(allowing([WEB]))).service('pay');
    plain(shop, 'web').calls(pay);
    pay.split({ v1: 50, v2: 50 }, HeaderMatch.exact('x', 'y'));
    pay.mirrorTo('v2', 10, HeaderMatch.exact('x', 'z'));
    const http = one(rendered(shop), 'VirtualService', 'pay.billing').spec.http as {
      match?: object[];
      mirrors?: object[];
    }[];
    expect(http.map(({ match, mirrors }) => [match, mirrors?.length])).toEqual([
      [[expect.objectContaining({ headers: { x: { exact: 'y' } } })], undefined],
      [[expect.objectContaining({ headers: { x: { exact: 'z' } } })], 1],
      [[{ port: 80 }], undefined],
    ]);
  });

  test('a service that only callers elsewhere call has the traffic rules of its owner', () => {
    const topology = new Topology('billing');
    const pay = plain(topology, 'pay', { versions: { v1: {}, v2: {} } });
    pay.allowFrom(WEB);
    pay.split({ v1: 90, v2: 10 });
    const chart = chartOf(topology);
    expect(chart.findings).toEqual([]);
    expect(one(Testing.synth(chart) as Rendered[], 'VirtualService', 'pay').spec.http).toHaveLength(1);
  });

  test('rules by caller do not match pods of other namespaces with the same labels', () => {
    const topology = new Topology('billing');
    const pay = plain(topology, 'pay');
    plain(topology, 'web').calls(pay, { timeout: Duration.seconds(1) });
    plain(topology, 'app').calls(pay);
    pay.allowFrom(WEB);
    const [first] = one(rendered(topology), 'VirtualService', 'pay').spec.http as { match: object[] }[];
    expect(first?.match).toEqual([{ port: 80, sourceLabels: { app: 'web' }, sourceNamespace: 'billing' }]);
  });
});

const OPERATIONS = ['GET /a', 'POST /a', 'GET /b/1', 'GET /b/2', 'GET /c'];
const PATTERNS = ['GET /a', 'ANY /a', 'GET /b/{id}', 'GET /b/1', 'ANY /{rest+}', 'POST /{one}'];
const someOf = (patterns: string[]) => fc.option(fc.subarray(patterns, { minLength: 1 }), { nil: undefined });

test('a call that the contract accepts is admitted by both outputs together, for each of its operations', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('web', 'job'), someOf(PATTERNS)), { minLength: 1, maxLength: 2 }),
      fc.constantFrom('web', 'job', 'thief'),
      someOf([...PATTERNS, ...OPERATIONS]),
      (allowed, caller, used) => {
        const owner = () => {
          const topology = new Topology('billing');
          const pay = plain(topology, 'pay', { port });
          new Map(allowed).forEach((patterns, name) => {
            pay.allowFrom(Peer.serviceAccount({ namespace: 'shop', name }), {
              allowedOperations: patterns?.map(op),
            });
          });
          return topology;
        };
        let shop: Topology;
        try {
          shop = shopOf(Contract.of(owner()), { allowedOperations: used?.map(op) }, caller);
        } catch (error) {
          expect(error).toMatchObject({ code: 'NotAdmitted' });
          return;
        }
        const traffic = Traffic.of(manifestsOf([...rendered(owner()), ...rendered(shop)]));
        for (const request of OPERATIONS.filter(each => isUsed(each, used))) {
          const [method = '', path = ''] = request.split(' ');
          const answer = traffic.from(`shop/${caller}-v1`).http(`${method} http://pay.billing${path}`);
          expect(`${request}: ${endsOf(answer)}`).toBe(`${request}: pay-v1`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

function isUsed(request: string, patterns: readonly string[] | undefined): boolean {
  return patterns?.some(each => op(each).covers(op(request))) ?? true;
}

describe('what the owner denies to all callers', () => {
  const owner = () => {
    const billing = new Topology('billing');
    plain(billing, 'pay', { port, deniedOperations: [op('GET /admin/*')] }).allowFrom(WEB);
    return billing;
  };

  test('is in the contract', () => {
    const contract = Contract.of(owner());
    expect(contract.data.services[0]).toMatchObject({ deniedOperations: ['GET /admin/*'] });
    const file = join(temporaryFolder(), 'x.contract.json');
    writeFileSync(file, contract.toText());
    expect(Contract.fromFile(file).data).toEqual(contract.data);
  });

  test('cannot be called', () => {
    const call = (operation: string) => () => shopOf(Contract.of(owner()), { allowedOperations: [op(operation)] });
    expect(call('GET /admin/keys')).toThrow(/The owner of pay denies GET \/admin\/keys to all callers.*NotAdmitted/);
    expect(codeOf(call('POST /admin/keys'))).toBe('nothing');
    expect(codeOf(call('ANY /admin/keys'))).toBe('nothing');
  });
});

describe('the file of another repository is validated', () => {
  const data = () => JSON.parse(Contract.of(allowing([WEB])).toText()) as Record<string, never>;
  const read = (text: string) => {
    const file = join(temporaryFolder(), 'x.contract.json');
    writeFileSync(file, text);
    return new Topology('shop').addContract(Contract.fromFile(file)).service('pay');
  };
  const changed = (path: (string | number)[], value: unknown) => {
    const root = data();
    const parent = path.slice(0, -1).reduce<Record<string, never>>((at, name) => at[name] ?? {}, root);
    Object.assign(parent, { [String(path.at(-1))]: value });
    return JSON.stringify(root);
  };

  test('as it was written', () => {
    expect(read(JSON.stringify(data())).host).toBe('pay.billing.svc.cluster.local');
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'InvalidContract'],
    ['a list', '[]', 'InvalidContract'],
    ['another format', changed(['format'], 'cdk8s-cardinal/contract/v2'), 'InvalidContract'],
    ['an unknown field', changed(['extra'], 1), 'InvalidContract'],
    ['an unknown field of a caller', changed(['services', 0, 'callers', 0, 'when'], 'x'), 'InvalidContract'],
    ['an unknown field of a port', changed(['services', 0, 'ports', 0, 'x'], 'x'), 'InvalidContract'],
    ['an unknown field of a service', changed(['services', 0, 'x'], 'x'), 'InvalidContract'],
    ['a missing field', changed(['services', 0, 'callers'], undefined), 'InvalidContract'],
    ['a number for a name', changed(['services', 0, 'name'], 1), 'InvalidContract'],
    ['a text for a number', changed(['services', 0, 'ports', 0, 'number'], '80'), 'InvalidContract'],
    ['a text for a flag', changed(['services', 0, 'inMesh'], 'yes'), 'InvalidContract'],
    ['an unknown protocol', changed(['services', 0, 'ports', 0, 'protocol'], 'quic'), 'InvalidContract'],
    ['a name that is no label', changed(['services', 0, 'name'], 'Pay_'), 'InvalidName'],
    ['a ServiceAccount with a wildcard', changed(['services', 0, 'serviceAccount'], '*'), 'InvalidName'],
    ['a namespace that is no label', changed(['namespaces', 0], '*'), 'InvalidName'],
    ['a port out of range', changed(['services', 0, 'ports', 0, 'number'], 0), 'OutOfRange'],
    ['no labels', changed(['services', 0, 'labels'], {}), 'NoLabels'],
    ['a malformed operation', changed(['services', 0, 'callers', 0, 'operations'], ['GET /a b']), 'InvalidOperation'],
    ['a malformed denied operation', changed(['services', 0, 'deniedOperations'], ['x']), 'InvalidOperation'],
    ['another cluster domain', changed(['clusterDomain'], 'other.local'), 'Contradiction'],
    ['the contract of the topology itself', changed(['topology'], 'shop'), 'Contradiction'],
  ])('%s', (_what, text, code) => {
    expect(codeOf(() => read(text))).toBe(code);
  });

  test('a file that does not exist, and a folder', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'x'));
    expect(() => Contract.fromFile(join(folder, 'none'))).toThrow('ENOENT');
    expect(() => Contract.fromFile(join(folder, 'x'))).toThrow('EISDIR');
  });
});

describe('at synthesis', () => {
  const owner = () =>
    allowing(
      [WEB],
      [Peer.serviceAccount({ namespace: 'shop', name: 'door-istio' }), { allowedOperations: [op('GET /a')] }],
    );
  const ids = (topology: Topology, mesh?: Target) => chartOf(topology, mesh).findings.map(each => each.id);

  test.each<[string, string, string[]]>([
    ['allowed', 'GET /a', []],
    ['not allowed', 'GET /b', ['RouteNotAdmitted']],
  ])('a route of an edge to an operation that is %s', (_what, operation, found) => {
    const shop = new Topology('shop');
    shop
      .addEdge('door', { host: 'shop.example' })
      .route(operation, shop.addContract(Contract.of(owner())).service('pay'));
    expect(ids(shop)).toEqual(found);
  });

  test.each<[string, (pay: Service) => ExternalAuthorizer, string[]]>([
    [
      'an authorizer that does not allow the gateway',
      pay => ExternalAuthorizer.of({ service: pay }),
      ['RouteNotAdmitted'],
    ],
    ['no authorizer', () => ExternalAuthorizer.none(), []],
  ])('an edge with %s in another topology', (_what, authorizerOf, found) => {
    const shop = new Topology('shop');
    const pay = shop.addContract(Contract.of(allowing([WEB]))).service('pay');
    shop.addEdge('door', { host: 'shop.example', authorizer: authorizerOf(pay) }).route('GET /', plain(shop, 'app'));
    expect(ids(shop)).toEqual(found);
  });

  test('a namespace of two topologies is an error', () => {
    const shop = shopOf(Contract.of(owner()));
    shop.addNamespace('billing');
    expect(ids(shop)).toEqual(['SharedNamespace']);
  });

  test('a target without a mesh proves no identity', () => {
    expect(ids(shopOf(Contract.of(owner())), Mesh.none())).toEqual(['CallerOutsideMesh']);
  });
});
