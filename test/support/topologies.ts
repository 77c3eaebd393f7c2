import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { Port, Topology } from '../../lib';

/** What a generated topology is made of, so that it can be declared as often as a test needs it. */
export interface Recipe {
  readonly services: readonly {
    readonly namespace: string | undefined;
    readonly versions: number;
    /** The number in the name of the first version; 1 by default. */
    readonly firstVersion?: number;
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

const recipesOf = (count: number): fc.Arbitrary<Recipe> =>
  fc.record({
    services: fc.array(
      fc.record({
        namespace: fc.constantFrom(undefined, 'one', 'two'),
        versions: fc.integer({ min: 1, max: 3 }),
        replicas: fc.integer({ min: 0, max: 3 }),
        inMesh: fc.constant(true),
      }),
      { minLength: count, maxLength: count },
    ),
    calls: fc.uniqueArray(
      fc.record({
        from: fc.nat(count - 1),
        to: fc.nat(count - 1),
        timeout: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
        retries: fc.nat(3),
      }),
      { selector: ({ from, to }) => `${from} ${to}`, maxLength: 12 },
    ),
    share: fc.nat(100),
    routed: fc.nat(count - 1),
  });

/** Topologies that Istio can hold, of some services in up to three namespaces; a service may call itself. */
export const recipes = recipesOf(5);

/**
 * Two topologies of which the second mostly has what the first has: most services have the same namespace, and two
 * versions of which one is replaced, and most calls are the same.
 */
export const changes: fc.Arbitrary<readonly [before: Recipe, after: Recipe]> = fc
  .tuple(recipesOf(3), recipesOf(3), fc.array(fc.nat(3), { minLength: 9, maxLength: 9 }))
  .map(([before, other, chosen]) => {
    const isKept = (index: number) => chosen[index % chosen.length] !== 0;
    const calls = before.calls.filter((_, index) => isKept(index));
    const isNew = ({ from, to }: Recipe['calls'][number]) => !calls.some(each => each.from === from && each.to === to);
    const services = before.services.map((each, index) => {
      const { namespace, versions } = other.services[index] ?? each;
      return {
        ...each,
        ...(isKept(index) ? { versions: 2, firstVersion: 1 + (versions % 2) } : { namespace, versions }),
      };
    });
    return [
      { ...before, services: before.services.map((each, index) => (isKept(index) ? { ...each, versions: 2 } : each)) },
      { ...before, services, calls: [...calls, ...other.calls.filter(isNew)], share: other.share },
    ];
  });

/** Declares the topology of a recipe. */
export function declare(recipe: Recipe, name = 'shop'): Topology {
  const topology = new Topology(name);
  const services = recipe.services.map(({ namespace, versions, firstVersion = 1, replicas, inMesh }, index) =>
    topology.addService(`s${index}`, {
      namespace,
      replicas,
      inMesh,
      image: `example/s${index}:1`,
      port: Port.http(80, { target: 8080 + index }),
      versions: Object.fromEntries(
        Array.from({ length: versions }, (_, version) => [`v${firstVersion + version}`, {}]),
      ),
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
    .forEach(each => {
      const [first = '', second = ''] = each.versions.keys();
      each.split({ [first]: recipe.share, [second]: 100 - recipe.share });
    });
  const front = services[recipe.routed];
  if (front) {
    topology.addEdge('door', { host: `${name}.example` }).route('GET /', front);
  }
  return topology;
}
