import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { Port, Topology } from '../../lib';

/** What a generated topology is made of, so that it can be declared as often as a test needs it. */
export interface Recipe {
  readonly services: readonly {
    readonly namespace: string | undefined;
    readonly versions: number;
    readonly replicas: number;
    readonly inMesh: boolean;
  }[];
  readonly calls: readonly {
    readonly from: number;
    readonly to: number;
    readonly timeout: number | undefined;
    readonly retries: number;
  }[];
  readonly share: number;
  readonly routed: number;
}

const COUNT = 5;

/** Topologies that Istio can hold, of some services in up to three namespaces; a service may call itself. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  services: fc.array(
    fc.record({
      namespace: fc.constantFrom(undefined, 'one', 'two'),
      versions: fc.integer({ min: 1, max: 3 }),
      replicas: fc.integer({ min: 0, max: 3 }),
      inMesh: fc.constant(true),
    }),
    { minLength: COUNT, maxLength: COUNT },
  ),
  calls: fc.uniqueArray(
    fc.record({
      from: fc.nat(COUNT - 1),
      to: fc.nat(COUNT - 1),
      timeout: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
      retries: fc.nat(3),
    }),
    { selector: ({ from, to }) => `${from} ${to}`, maxLength: 12 },
  ),
  share: fc.nat(100),
  routed: fc.nat(COUNT - 1),
});

/** Declares the topology of a recipe. */
export function declare(recipe: Recipe, name = 'shop'): Topology {
  const topology = new Topology(name);
  const services = recipe.services.map(({ namespace, versions, replicas, inMesh }, index) =>
    topology.addService(`s${index}`, {
      namespace,
      replicas,
      inMesh,
      image: `example/s${index}:1`,
      port: Port.http(80, { target: 8080 + index }),
      versions: Object.fromEntries(Array.from({ length: versions }, (_, version) => [`v${version + 1}`, {}])),
    }),
  );
  for (const { from, to, timeout, retries } of recipe.calls) {
    const [caller, callee] = [services[from], services[to]];
    if (caller && callee) {
      caller.calls(callee, {
        addressEnvVar: `ADDRESS_${to}`,
        timeout: timeout === undefined ? undefined : Duration.seconds(timeout),
        retries: { attempts: retries },
      });
    }
  }
  services
    .filter(each => each.versions.size === 2)
    .forEach(each => each.split({ v1: recipe.share, v2: 100 - recipe.share }));
  const front = services[recipe.routed];
  if (front) {
    topology.addEdge('door', { host: `${name}.example` }).route('GET /', front);
  }
  return topology;
}
