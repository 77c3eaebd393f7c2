import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bookinfo } from '../../examples/bookinfo';
import { openTelemetryDemo } from '../../examples/opentelemetry-demo';
import { sockShop } from '../../examples/sock-shop';
import { ClusterApp, Mesh, type Target, type Topology, TopologyChart } from '../../lib';
import { checkManifests, checkObjects, type ManifestFinding, Severity } from '../../lib/checks';
import { Cluster, type KubernetesObject, loadResources, resourcesOf } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import { EXAMPLES } from '../../test/checks/manifests/examples';
import { claim } from '../claims';
import { DryRun } from '../dry-run';
import type { Lab } from '../lab';
import { schemaMutations } from '../schema-mutations';

const TOPOLOGIES = [bookinfo('jason-v2'), sockShop, openTelemetryDemo];
const NAMESPACE = 'dry-run';
/** The lab's own namespace, with objects by which it recognizes what proxies have received. */
const CONFIG_MARKS = 'lab-marks';
const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261123);
const MUTATIONS = 2500;

/** What the API server rejects and schemas do not state, by its message. */
const NOT_IN_SCHEMAS: readonly RegExp[] = [
  // The form of names, labels, addresses and percentages.
  /RFC 1123|regex used for validation|should match|label key|prefix part|must not have bits set|must contain|valid CIDR/,
  // What Kubernetes requires by code: an image, a probe's handler, names of several ports, labels of a selector.
  /\.image: Required|must specify a handler|\.name: Required|empty selector|selector: Required|must specify a peer|Not found|Duplicate value/,
  // Expressions and bounds of CustomResourceDefinitions.
  /Must have port|at least \d+ (chars|items)|less than or equal|greater than or equal|must be (set|specified|nil)/,
  // A host of an ExternalName Service, and a ReferenceGrant without its spec.
  /spec\.externalName: Required|^ReferenceGrant\S* "\S*" is invalid: spec: Required/,
  // What the webhook of Istio's injector adds to a Pod is without a service account that a controller would have set.
  /must not be specified when serviceAccountName is not set/,
  // A status, which is not applied.
  /status\./,
];

claim(
  'objects with a changed type, value or name violate a schema for the checks where they do for the API server',
  async lab => {
    const dryRun = new DryRun(lab.plane.api);
    lab.applyObjects(NAMESPACE, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
    const create = (object: KubernetesObject) => dryRun.create(object, NAMESPACE);
    const originals = distinct([...TOPOLOGIES.flatMap(each => objectsOf(each)), ...objectsOfExamples()]);
    const responses = await inParallel(originals, create);
    const accepted = new Set(originals.filter((_each, index) => typeof responses[index] !== 'string'));
    const mutations = schemaMutations(originals, MUTATIONS, SEED);
    const changed = mutations.filter(each => accepted.has(each.original)).map(each => each.changed);
    const verdicts = await inParallel(changed, create);
    const differences = changed.flatMap((object, index) => {
      const verdict = verdicts[index];
      const rejection = typeof verdict === 'string' ? verdict : undefined;
      const errors = checkObjects([object]).findings.filter(each => each.severity === Severity.ERROR);
      const violations = errors.filter(({ id }) => id === 'SchemaViolation');
      const isSame =
        rejection === undefined
          ? violations.length === 0
          : errors.some(({ id }) => /^(SchemaViolation|RepeatedListener|Invalid)/.test(id))
            || NOT_IN_SCHEMAS.some(each => each.test(rejection))
            || rejection.includes('admission webhook');
      return isSame ? [] : [{ object: JSON.stringify(object), rejection, violations: violations.map(describe) }];
    });
    assert.deepEqual(differences, []);
    assert.ok(changed.length >= 2000, `${changed.length} changed`);
    const rejected = verdicts.filter(each => typeof each === 'string').length;
    assert.ok(rejected > changed.length / 3 && rejected < changed.length, `${rejected} rejected`);
  },
);

claim('the examples have the same findings as files and as the API server returns them', async lab => {
  const dryRun = new DryRun(lab.plane.api);
  const examples = TOPOLOGIES.map(topology => ({ topology, mesh: Mesh.istio() }));
  for (const { topology, mesh } of [...examples, { topology: bookinfo('jason-v2'), mesh: Mesh.ambient() }]) {
    const objects = objectsOf(topology, mesh);
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    lab.applyObjects(
      `${topology.name}-namespaces`,
      namespaces.map(({ metadata }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.name } })),
    );
    const returned = await inParallel(objects, async object => {
      const isExisting = object.kind === 'Namespace';
      return isExisting ? object : dryRun.create(object, String(object.metadata.namespace ?? 'default'));
    });
    const read = returned.map(each => (typeof each === 'string' ? assert.fail(each) : each));
    assert.deepEqual(findingsOf(read), findingsOf(objects));
  }
});

claim('each example of a check has the same findings as a file and as the API server returns it', async lab => {
  const dryRun = new DryRun(lab.plane.api);
  lab.applyObjects(NAMESPACE, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  const differences = [];
  let compared = 0;
  for (const text of EXAMPLES.flatMap(({ bad, good }) => [bad, good])) {
    const objects = read(text).filter(isOfServer);
    const returned = await inParallel(objects, each => dryRun.create(each, NAMESPACE));
    const stored = returned.flatMap((each, index) => (typeof each === 'string' ? [] : [each, objects[index]]));
    if (objects.length > 0 && stored.length === 2 * objects.length) {
      compared++;
      const back = returned.flatMap((each, index) =>
        typeof each === 'string' ? [] : [inNamespaceOf(each, objects[index])],
      );
      const [theirs, ours] = [findingsOf(back), findingsOf(objects)];
      if (theirs.join() !== ours.join()) {
        differences.push({ text, theirs, ours });
      }
    }
  }
  assert.deepEqual(differences, []);
  assert.ok(compared > 200, `${compared} examples`);
});

claim('cardinal check --cluster finds nothing serious in a running mesh, and a route that is wrong', async lab => {
  const topology = bookinfo('all-v1');
  const world = await lab.deploy(topology);
  assert.deepEqual(seriousIn(lab, topology.namespace), []);
  lab.applyObjects('lost', [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'lost', namespace: topology.namespace },
      spec: { hosts: ['lost.example'], http: [{ route: [{ destination: { host: 'lost' } }] }] },
    },
  ]);
  assert.deepEqual(seriousIn(lab, topology.namespace), [
    `error UnknownDestination VirtualService ${topology.namespace}/lost`,
  ]);
  await lab.remove(world);
});

/** The errors and warnings of `cardinal check --cluster` in a namespace; others have what other claims declare. */
function seriousIn(lab: Lab, namespace: string): string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      'node_modules/tsx/dist/cli.mjs',
      'bin/cardinal.ts',
      'check',
      '--cluster',
      '--namespace',
      namespace,
      '--format',
      'json',
    ],
    { cwd: join(__dirname, '../..'), encoding: 'utf8', maxBuffer: 1 << 28, env: environmentOf(lab) },
  );
  assert.equal(stderr, '');
  const found = (JSON.parse(stdout) as (Found & { suppressed?: string })[]).filter(
    each => each.severity !== Severity.INFO && each.suppressed === undefined && each.object.namespace !== CONFIG_MARKS,
  );
  assert.equal(status, found.some(each => each.severity === Severity.ERROR) ? 1 : 0);
  return found.map(describe);
}

function environmentOf(lab: Lab): NodeJS.ProcessEnv {
  const folder = join(lab.tools.path('kubectl'), '..');
  return { ...process.env, KUBECONFIG: lab.plane.kubeconfig, PATH: `${folder}:${process.env.PATH ?? ''}` };
}

function objectsOf(topology: Topology, mesh: Target = Mesh.istio()): KubernetesObject[] {
  const chart = new TopologyChart(new ClusterApp(), topology.name, { topology, mesh });
  return [...Manifests.ofChart(chart).objects];
}

function objectsOfExamples(): KubernetesObject[] {
  return EXAMPLES.flatMap(({ bad, good }) => [bad, good])
    .flatMap(read)
    .filter(isOfServer);
}

/** Kinds of which the lab's API server has the definition; the server itself refuses other rules of its own. */
function isOfServer({ apiVersion, kind }: KubernetesObject): boolean {
  return (
    /^(v1|(apps|batch|policy|autoscaling)\/v\d|networking\.k8s\.io\/v1|gateway\.networking\.k8s\.io\/v1|.*\.istio\.io\/)/.test(
      apiVersion,
    )
    && !apiVersion.startsWith('install.istio.io/')
    && !['Namespace', 'CustomResourceDefinition'].includes(kind)
  );
}

/** Templates of CloudFormation have no objects, and a status is not written with its object. */
function read(text: string): KubernetesObject[] {
  return /^Resources:|"Resources":|^status:/m.test(text)
    ? []
    : loadResources(text, { file: 'example.yaml' }).map(({ object }) => object);
}

function distinct(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...new Map(objects.map(each => [JSON.stringify(each), each])).values()];
}

function inNamespaceOf(object: KubernetesObject, { metadata }: KubernetesObject = object): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace: metadata.namespace } };
}

function findingsOf(objects: readonly KubernetesObject[]): string[] {
  return checkManifests(new Cluster(resourcesOf(objects)))
    .findings.map(describe)
    .sort();
}

/** The check, the severity and the object: the fields that the API server adds can be the place of a finding. */
function describe({ id, severity, object: { kind, namespace, name } }: Found): string {
  return `${severity} ${id} ${kind} ${namespace}/${name}`;
}

type Found = Pick<ManifestFinding, 'id' | 'severity' | 'object'>;

async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 20) {
    results.push(...(await Promise.all(items.slice(at, at + 20).map(run))));
  }
  return results;
}
