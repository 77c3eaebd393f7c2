import { hasLabels, loadResources, ownValue, selects } from '../../../lib/manifests';
import { cartRules, endsOf, istio, meshed, pods, service, traffic } from './support';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** What every object inherits must not be taken for what a request, a label or a token has. */
describe.each(NAMES)('what is named %s', name => {
  const key = JSON.stringify(name);

  test('is no label of pods that do not have it', () => {
    const spec = (text: string) =>
      loadResources(`{ "apiVersion": "v1", "kind": "X", "metadata": { "name": "x" }, "spec": ${text} }`, {
        file: 'text',
      })[0]?.spec;
    const expression = (operator: string) =>
      spec(`{ "matchExpressions": [{ "key": ${key}, "operator": "${operator}", "values": ["x"] }] }`);
    const matches = (operator: string, labels: Readonly<Record<string, string>>) => {
      const selector = expression(operator);
      return selector !== undefined && selects(selector, labels);
    };
    const labels = JSON.parse(`{ ${key}: "x" }`) as Readonly<Record<string, string>>;
    expect(['Exists', 'DoesNotExist', 'In', 'NotIn'].map(operator => matches(operator, {}))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(['Exists', 'DoesNotExist', 'In', 'NotIn'].map(operator => matches(operator, labels))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([hasLabels({}, labels), hasLabels(labels, labels), ownValue(labels, name), ownValue({}, name)]).toEqual([
      false,
      true,
      'x',
      undefined,
    ]);
  });

  test('is a header only if the request has it', () => {
    const rules = cartRules(
      {
        match: [{ headers: JSON.parse(`{ ${key}: {} }`) as object }],
        route: [{ destination: { host: 'bank.money.svc.cluster.local' } }],
      },
      { route: [{ destination: { host: 'cart' } }] },
    );
    const from = traffic([rules]).from('web');
    expect(endsOf(from.http('GET http://cart/'))).toBe('cart-v1 50%, cart-v2 50%');
    expect(
      endsOf(from.http('GET http://cart/', { headers: JSON.parse(`{ ${key}: "x" }`) as Record<string, string> })),
    ).toBe('bank-v1');
  });

  test('is a header after a rule has written it', () => {
    const rules = cartRules({
      headers: { request: JSON.parse(`{ "add": { ${key}: "x" } }`) as object },
      route: [{ destination: { host: 'cart' } }],
    });
    const policy = istio('AuthorizationPolicy', 'cart', {
      selector: { matchLabels: { app: 'cart' } },
      rules: [{ when: [{ key: `request.headers[${name}]`, values: ['x'] }] }],
    });
    expect(endsOf(traffic([policy]).from('web').http('GET http://cart/'))).toBe('403');
    expect(endsOf(traffic([rules, policy]).from('web').http('GET http://cart/'))).toBe('cart-v1 50%, cart-v2 50%');
  });
});

test('a namespace, a workload and a host are called constructor like others', () => {
  const town = traffic([
    meshed('constructor'),
    pods('constructor', 'v1', { namespace: 'constructor' }),
    service('constructor', 'constructor'),
  ]);
  expect(endsOf(town.from('web').http('GET http://constructor.constructor/'))).toBe('constructor-v1');
  expect(endsOf(town.from('constructor/constructor-v1').http('GET http://cart.shop/'))).toBe(
    'cart-v1 50%, cart-v2 50%',
  );
});
