import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Testing } from 'cdk8s';
import * as root from '../../lib';
import * as aws from '../../lib/aws';
import * as gateway from '../../lib/gateway';
import * as openapi from '../../lib/openapi';
import { ARGUMENT_TYPES } from '../../lib/topology/argument-types';
import { argumentTypes } from '../../packaging/argument-types';

type Build = () => unknown;

const library = { ...root, ...aws, ...gateway };
const { Auth, ClientKey, FailureMode, HeaderMatch, Operation, Period, Port, Topology } = library;

const entries = new Map(
  ARGUMENT_TYPES.replace(/\n/g, ' ')
    .trim()
    .split('; ')
    .map(text => [text.replace(/ .*/, ''), text.slice(text.indexOf(' ') + 1)]),
);

function shop() {
  const topology = new Topology('shop');
  const service = topology.addService('cart', { image: 'cart:1', port: Port.http(80), versions: { v1: {}, v2: {} } });
  return { topology, service, edge: topology.addEdge('door', { host: 'shop.example' }) };
}

function foreign() {
  const billing = new Topology('billing');
  billing
    .addService('pay', { image: 'pay:1', port: Port.http(80) })
    .allowFrom(library.Peer.serviceAccount({ namespace: 'shop', name: 'web' }));
  return new Topology('shop').addContract(library.Contract.of(billing));
}

/** A value of each class, and what has its methods. */
const INSTANCES: Record<string, Build> = {
  AccessLog: () => library.AccessLog.none(),
  Auth: () => Auth.none(),
  Callee: () => shop().service,
  CallerKey: () => library.CallerKey.identity(),
  ClientKey: () => ClientKey.header('x-user'),
  ClusterDns: () => library.ClusterDns.kubeDns(),
  Contract: () => library.Contract.of(new Topology('billing')),
  Duration: () => Duration.seconds(1),
  Edge: () => shop().edge,
  EgressGateway: () => shop().topology.addEgressGateway('out'),
  EnvFrom: () => library.EnvFrom.secret('x'),
  ExternalAuthorizer: () => library.ExternalAuthorizer.none(),
  ForeignService: () => foreign().service('pay'),
  ForeignTopology: foreign,
  Front: () => library.Front.googleApiGateway(),
  HashKey: () => library.HashKey.sourceIp(),
  HeaderMatch: () => HeaderMatch.exact('x-a', 'b'),
  Health: () => library.Health.none(),
  Install: () => library.Install.helm(),
  LifecycleHandler: () => library.LifecycleHandler.sleep(Duration.seconds(1)),
  LinkerdInstall: () => library.LinkerdInstall.helm({ version: '2026.9.1' }),
  Machines: () => library.Machines.at(['10.0.0.5']),
  ObservedApi: () => Object.create(aws.HttpApiEdge.prototype) as unknown,
  Operation: () => Operation.http('GET /'),
  OutboundTraffic: () => library.OutboundTraffic.declaredOnly(),
  Peer: () => library.Peer.cidrs('10.0.0.0/24'),
  PerClientRateLimit: () =>
    library.PerClientRateLimit.of({
      client: ClientKey.header('x-user'),
      requests: 1,
      per: Period.SECOND,
      failureMode: FailureMode.FAIL_CLOSED,
    }),
  Port: () => Port.http(80),
  ProtoDescriptor: () => Object.create(library.ProtoDescriptor.prototype) as unknown,
  ProxyExtension: () => library.ProxyExtension.lua('function envoy_on_request(handle) end'),
  QueryParamMatch: () => library.QueryParamMatch.exact('a', 'b'),
  RateLimit: () => library.RateLimit.perSecond(1),
  ScalingMetric: () => library.ScalingMetric.pods('x', '1'),
  SecurityProfile: () => library.SecurityProfile.runtimeDefault(),
  Service: () => shop().service,
  SharedLoadBalancer: () => Object.create(aws.SharedLoadBalancer.prototype) as unknown,
  SharedGateway: () => shop().topology.addSharedGateway('gate'),
  TlsOrigination: () => library.TlsOrigination.simple(),
  Topology: () => new Topology('shop'),
  Tracing: () => library.Tracing.zipkin({ service: 'zipkin', namespace: 'observability' }),
  TraceTag: () => library.TraceTag.literal('x'),
  Target: () => library.Mesh.none(),
  EdgeGateway: () => new library.IstioIngress(),
  Volume: () => library.Volume.emptyDir('x'),
  WorkloadKind: () => library.WorkloadKind.deployment(),
};

interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
}

function membersOf(name: string): Member[] {
  const text = entries.get(name) ?? '';
  return text === '' || text.startsWith('=')
    ? []
    : text.split(' ').flatMap(word => {
        const [member = '', type = ''] = word.split(':');
        return word.startsWith('+')
          ? membersOf(word.slice(1))
          : [{ name: member.replace(/\?|^\.\.\./g, ''), type, isOptional: /^\.\.\.|\?$/.test(member) }];
      });
}

/** A value of that type, with all properties, though not always a valid one. */
function sampleOf(type: string, owner = ''): unknown {
  if (type.endsWith('[]')) {
    return [sampleOf(type.slice(0, -2))];
  }
  if (type.startsWith('{')) {
    return { v1: sampleOf(type.slice(1, -1)) };
  }
  const [first = ''] = type.split('|');
  const plain = { string: 'x', number: 1, boolean: true, any: owner === 'scope' ? Testing.app() : {} }[first];
  const values = entries.get(first)?.match(/^= ([^,]*)/)?.[1];
  const instance = INSTANCES[first];
  const members = membersOf(first);
  return (
    plain
    ?? values
    ?? instance?.()
    ?? Object.fromEntries(members.map(({ name, type: each }) => [name === '*' ? 'x' : name, sampleOf(each)]))
  );
}

/** Values of other types, each in a place of a value of that type; the name says where. */
function wrongValues(type: string, isOptional: boolean): [string, unknown][] {
  const wrong: [string, unknown][] = [
    [' is null', null],
    ...(isOptional ? [] : [[' is undefined', undefined] as [string, unknown]]),
    ...(type === 'any' ? [] : ([[' is a symbol', Symbol('x')]] as [string, unknown][])),
    ...(type === 'number' || type === 'any' ? [] : ([[' is a number', 5]] as [string, unknown][])),
    ...(/string|any/.test(type) ? [] : ([[' is a text', 'text']] as [string, unknown][])),
  ];
  const inner = type.endsWith('[]')
    ? wrongValues(type.slice(0, -2), false).map(([where, value]): [string, unknown] => [`[0]${where}`, [value]])
    : membersOf(type)
        .filter(({ name }) => !['authorizationDryRun', 'runAsRoot'].includes(name))
        .flatMap(({ name, type: each, isOptional: isLeftOut }) =>
          wrongValues(each, isLeftOut || name === '*').map(([where, value]): [string, unknown] => [
            `.${name}${where}`,
            { ...(sampleOf(type) as object), [name === '*' ? 'x' : name]: value },
          ]),
        );
  return [...wrong, ...inner];
}

function call(method: string, args: readonly unknown[]): unknown {
  const [owner = '', name = ''] = method.split('.');
  const classes = library as unknown as Record<string, new (...all: unknown[]) => unknown>;
  const [constructed, declared] = [classes[name], classes[owner]];
  if (owner === 'new' && constructed) {
    return new constructed(...args);
  }
  if (owner === 'function') {
    return Reflect.apply(Reflect.get(openapi, name) as () => unknown, undefined, args);
  }
  const receiver = declared && name in declared ? declared : INSTANCES[owner]?.();
  return Reflect.apply(Reflect.get(Object(receiver), name) as () => unknown, receiver, args);
}

function errorOf(method: string, args: readonly unknown[]): unknown {
  try {
    call(method, args);
  } catch (error) {
    return error;
  }
  return undefined;
}

const METHODS = [...entries.keys()].filter(name => name.includes('.') && !name.startsWith('TopologyChart.'));

test.each(METHODS)('%s rejects arguments and properties of other types with the line of the user', method => {
  const parameters = membersOf(method);
  const args = parameters.map(({ name, type }) => sampleOf(type, name));
  for (const [at, { name, type, isOptional }] of parameters.entries()) {
    for (const [where, value] of wrongValues(type, isOptional)) {
      const error = errorOf(method, args.with(at, value));
      const what = `${method} with ${name}${where}: ${String(error)}`;
      expect([what, error instanceof library.ValidationError]).toEqual([what, true]);
      expect([what, (error as Error).stack?.split('\n')[1]]).toEqual([what, expect.stringContaining(__dirname)]);
    }
  }
});

const repeatsItsLast = (method: string) => /\.\.\.[^ ]*$/.test(entries.get(method) ?? '');
const isConstructor = (method: string) => /^(new|function)\./.test(method);

test.each(METHODS.filter(each => !isConstructor(each) && !repeatsItsLast(each)))(
  '%s rejects options that it has no parameter for, since they would have no effect',
  method => {
    const args = membersOf(method).map(({ name, type }) => sampleOf(type, name));
    const error = errorOf(method, [...args, { mutualTls: 'x' }]) as Error;
    expect(error).toMatchObject({ code: 'UnknownProperty' });
    expect(error.message).toContain('no parameter for the options { mutualTls }, so they would have no effect');
    expect(error.stack?.split('\n')[1]).toContain(__dirname);
  },
);

test('options without a parameter are rejected with the parameters there are', () => {
  expect(() => {
    Reflect.apply(Topology.prototype.addNamespace, new Topology('shop'), ['jobs', { mutualTls: 'STRICT' }]);
  }).toThrow(/no parameter for the options \{ mutualTls \}.*The parameters are name\./);
  expect(() => Reflect.apply(Auth.none, Auth, [{ audience: 'x' }]) as unknown).toThrow(
    'Remove them: there are no parameters.',
  );
});

test('a factory is a callback for the members of a list, which also gives it an index and the list', () => {
  expect(['GET /a', 'GET /b'].map(Operation.http as (each: string) => unknown)).toEqual([
    Operation.http('GET /a'),
    Operation.http('GET /b'),
  ]);
});

/** The constructs of the CDK need more than values of the declared types. */
const OF_THE_CDK = METHODS.filter(name => name.startsWith('ObservedApi.') || name.replace('new.', '') in aws);

test('each method whose arguments are checked has the types of its parameters', () => {
  const folder = join(__dirname, '../../lib');
  const checked = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(each => each.endsWith('.ts'))
    .flatMap(each => [...readFileSync(join(folder, each), 'utf8').matchAll(/\brequireArguments\('(.*?)'/g)])
    .map(([, method = '']) => method);
  expect(checked).toContain('new.LinkerdInstallation');
  expect(checked.filter(each => !entries.has(each))).toEqual([]);
});

test('the constructs and functions of all entry points are checked', () => {
  expect(METHODS).toEqual(expect.arrayContaining(['new.HttpApiEdge', 'new.Waf', 'function.openApi']));
});

test('every exported class that is constructed with properties checks them', () => {
  const folder = join(__dirname, '../../lib');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(each => each.endsWith('.ts'))
    .map(each => readFileSync(join(folder, each), 'utf8'));
  const constructed = Object.keys(library).filter(name =>
    sources.some(text => new RegExp(`^  constructor\\((?!\\s*declaring)[^)]*props: ${name}Props`, 'm').test(text)),
  );
  const byTheLibrary = ['PrivateLink', 'ValidationError'];
  expect(constructed.filter(name => !entries.has(`new.${name}`)).sort()).toEqual(byTheLibrary);
});

test.each(METHODS.filter(name => !OF_THE_CDK.includes(name)))(
  '%s with values that have the types of its parameters never fails otherwise',
  method => {
    const error = errorOf(
      method,
      membersOf(method).map(({ name, type }) => sampleOf(type, name)),
    );
    const isExpected = error === undefined || error instanceof library.ValidationError;
    expect([String(error), isExpected]).toEqual([String(error), true]);
  },
);

test('every class whose methods declare is checked', () => {
  const owners = new Set(METHODS.map(name => name.replace(/\..*/, '')));
  expect(
    [...owners].filter(name => !['new', 'function'].includes(name) && !(name in INSTANCES) && !(name in library)),
  ).toEqual([]);
});

test('a misspelled property is rejected, and the message has the most similar one before all others', () => {
  const { topology, service } = shop();
  const other = topology.addService('web', { image: 'web:1' });
  expect(errorOf('Service.calls', [service, { alowedOperations: [] }])).toMatchObject({ code: 'UnknownProperty' });
  expect(() => other.calls(service, { alowedOperations: [] } as never)).toThrow(
    /\[shop\/web → cart\].*"alowedOperations".*no effect. Did you mean allowedOperations\? The properties are timeout, /,
  );
  expect(() => other.calls(service, { xyz: [] } as never)).toThrow(/"xyz".*no effect. The properties are timeout, /);
});

test('a misspelled property is rejected before the required one that is missing for it', () => {
  const { topology, service } = shop();
  const faults = { delay: { fixedDelay: Duration.seconds(1) } };
  expect(() => topology.addService('web', { image: 'web:1' }).calls(service, { faults } as never)).toThrow(
    'There is no property "faults.delay.fixedDelay"',
  );
});

test('a target of another type is rejected with a way to declare one', () => {
  expect(
    () =>
      new library.TopologyChart(new library.ClusterApp(), 'shop', {
        topology: shop().topology,
        mesh: 'istio',
      } as never),
  ).toThrow(
    '`mesh` is the text "istio", not a Target. Give the object that its declaration returned, e.g. by `Mesh.istio(…)`.',
  );
});

test.each(['auth', 'authorizer', 'front', 'rateLimit', 'perClientRateLimit'])(
  'an edge whose %s is undefined is rejected: it would be open',
  name => {
    expect(() => new Topology('shop').addEdge('door', { host: 'shop.example', [name]: undefined })).toThrow(
      /is undefined.*\(NotDeclared\)/,
    );
  },
);

test('the message about a protection that is undefined has the way to declare none', () => {
  const { topology, service } = shop();

  expect(() => topology.addEdge('api', { host: 'a.example', front: undefined })).toThrow(
    'check whether the two files import each other. To declare none, leave the property out. (NotDeclared)',
  );
  expect(() => service.calls(undefined as never)).toThrow(/import each other\. \(NotDeclared\)/);
});

test('fractions of a millisecond are rejected in every duration, also in those without a limit of their own', () => {
  const limits = { shortestTimeout: Duration.millis(0.5) };
  expect(() => library.Front.of({ name: 'Apigee', capabilities: [], limits })).toThrow(
    '[Front.of] `limits.shortestTimeout` is 0.5 ms, and durations in manifests are whole milliseconds',
  );
});

test('a property that protects nothing may be undefined', () => {
  const { topology } = shop();
  expect(topology.addService('web', { image: 'web:1', replicas: undefined, port: undefined }).ports).toEqual([]);
});

test('the types of arguments are those of the declarations', () => {
  expect(argumentTypes()).toBe(ARGUMENT_TYPES);
});
