import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS, checkManifests, type ObjectReference } from '../../lib/checks';
import { Cluster, Kind, loadResources, type Resource, sourcesOf } from '../../lib/manifests';
import { EXAMPLES } from '../../test/checks/manifests/examples';
import { claim } from '../claims';
import { mutations } from '../mutations';

claim("each example of a code of istioctl analyze is judged alike by Istio's analyzers and by the checks", async () => {
  const cases = EXAMPLES.filter(each => each.differs === undefined)
    .map(example => ({
      example,
      codes: CHECKS.find(each => each.id === example.check)?.covers.filter(code => code.startsWith('IST')) ?? [],
    }))
    .filter(each => each.codes.length > 0)
    .flatMap(({ example, codes }) => [example.bad, example.good].map(text => ({ check: example.check, codes, text })));
  const theirs = analyze(cases.map(each => each.text));
  const differences = cases.flatMap(({ check, codes, text }, index) => {
    const [ours, kinds] = verdict(text, codes);
    const analyzed = (theirs[index] ?? []).filter(
      ({ code, resource }) => codes.includes(code) && kinds.has(resource.split(' ')[0] ?? ''),
    );
    const one = [...new Set(analyzed.map(each => `${each.code} ${each.resource}`))].sort();
    return one.join() === ours.join() ? [] : [{ check, theirs: one, ours, text }];
  });
  assert.deepEqual(differences, []);
  assert.ok(cases.length > 300, `${cases.length} cases`);
});

/** The findings of all checks with these codes, with the kinds of their objects. */
function verdict(text: string, codes: readonly string[]): [found: string[], kinds: Set<string>] {
  const resources = loadResources(text, { file: 'example.yaml' });
  const { findings } = checkManifests(new Cluster(resources));
  const found = findings.flatMap(({ covers, object }) =>
    covers.filter(code => codes.includes(code)).map(code => `${code} ${nameOf(object)}`),
  );
  return [[...new Set(found)].sort(), new Set(resources.map(each => each.kind))];
}

function nameOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

interface Analyzed {
  readonly code: string;
  readonly resource: string;
}

const MUTATIONS = 1000;
const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261123);

claim('objects that are changed in a few places are valid for the checks where they are for Istio', async () => {
  const objects = mutations(MUTATIONS, SEED)
    .map(each => JSON.stringify(each))
    .filter(isAnalyzable);
  const theirs = analyze(objects);
  const differences = objects.flatMap((text, index) => {
    const [ours] = verdict(text, ['IST0106', 'IST0133']);
    const analyzed = theirs[index]?.map(each => `${each.code} ${each.resource}`) ?? [];
    // The warnings for a rejected object depend on when it is rejected.
    const codes = [...ours, ...analyzed].some(each => each.startsWith('IST0106')) ? ['IST0106'] : ['IST0133'];
    const [one, other] = [ours, analyzed].map(found =>
      [...new Set(found)]
        .filter(each => codes.some(code => each.startsWith(code)))
        .sort()
        .join(),
    );
    return theirs[index] === undefined || one === other ? [] : [{ text, ours: one, theirs: other }];
  });
  assert.deepEqual(differences, []);
  assert.ok(theirs.filter(each => each !== undefined).length > 0.9 * MUTATIONS);
});

/** The analyzers panic for a rule that has `from` without a source. */
function isAnalyzable(text: string): boolean {
  return loadResources(text, { file: 'example.yaml' }).every(
    each => each.type !== Kind.AUTHORIZATION_POLICY || sourcesOf(each).every(source => source.exists),
  );
}

/**
 * The messages of Istio's analyzers for each text, undefined for those that they cannot parse. Deployments come with
 * the Pods that their controller would create, injected according to their namespace.
 */
function analyze(texts: readonly string[]): (Analyzed[] | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'analyze-'));
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, [text, ...podsOf(loadResources(text, { file }))].join('\n---\n'));
    return file;
  });
  const found = analyzeFiles(files);
  rmSync(folder, { recursive: true });
  return found;
}

function analyzeFiles(files: readonly string[]): (Analyzed[] | undefined)[] {
  const { stdout, stderr, status } = spawnSync('go', ['run', './analyze'], {
    cwd: join(__dirname, '../go/istio'),
    input: `${files.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  });
  assert.equal(status, 0, stderr);
  return stdout
    .split('\n')
    .filter(line => line.startsWith('['))
    .map((line, index) => (stderr.includes(`"${files[index]}"`) ? undefined : (JSON.parse(line) as Analyzed[])));
}

function podsOf(resources: readonly Resource[]): string[] {
  return resources
    .filter(each => each.type === Kind.DEPLOYMENT)
    .map(deployment => {
      const { metadata, spec } = deployment.spec.get('template').value as {
        metadata: object;
        spec: { containers: object[] };
      };
      const isInjected = resources.some(
        each =>
          each.type === Kind.NAMESPACE
          && each.name === deployment.namespace
          && each.labels['istio-injection'] === 'enabled',
      );
      const proxy = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.31.0' };
      return JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...metadata, name: `${deployment.name}-1`, namespace: deployment.namespace },
        spec: { ...spec, containers: [...spec.containers, ...(isInjected ? [proxy] : [])] },
      });
    });
}

/** An object of Istio: without one, the checks report nothing about a mesh, and the analyzers do. */
const MESH = loadResources(
  'apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: {name: mesh, namespace: istio-system}\nspec: {}',
  { file: 'mesh.yaml' },
);

/** The files of Istio's own tests on which the two differ, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'conflicting-gateways-subSelector.yaml':
    'pods without a namespace are in `default` for the checks and nowhere for the analyzers',
  'gateway-custom-ingressgateway-badport-notarget.yaml': 'the same',
  'gateway-custom-ingressgateway-badport.yaml': 'the same',
  'gateway-custom-ingressgateway-svcselector.yaml': 'the same',
  'gateway-custom-ingressgateway-translation.yaml': 'the same',
  'gateway-custom-ingressgateway.yaml': 'the same',
  'deployment-multi-service.yaml': 'the checks look at annotations of the pods of a Deployment too',
  'gateway-secrets-validation.yaml': 'that a certificate has expired depends on the day',
  'gateway-secrets.yaml': 'the key of its Secret is of another certificate, which the analyzers do not compare',
  'virtualservice_jwtclaimroute.yaml': 'the checks assume that istiod is installed',
  'virtualservice_gateways.yaml': 'a Gateway without servers has no pods for the analyzers',
};

claim(
  "on the manifests of Istio's own tests the checks find the codes, at the objects, that Istio's analyzers find",
  async lab => {
    const folder = join(lab.tools.module('istio.io/istio'), 'pkg/config/analysis/analyzers/testdata');
    const files = readdirSync(folder)
      .filter(name => name.endsWith('.yaml'))
      .filter(name => isManifest(join(folder, name)));
    const theirs = analyzeFiles(files.map(name => join(folder, name)));
    const differences = files.flatMap((name, index) => {
      const resources = loadResources(readFileSync(join(folder, name), 'utf8'), { file: name, namespace: '' });
      // The analyzers omit this one by default.
      const found = checkManifests(new Cluster([...resources, ...MESH])).findings.filter(
        each => each.id !== 'AlphaAnnotation',
      );
      const ours = found.flatMap(({ covers, object }) =>
        covers.filter(code => code.startsWith('IST')).map(code => `${code} ${nameOf(object)}`),
      );
      const [one, other] = [ours, (theirs[index] ?? []).map(each => `${each.code} ${each.resource}`)].map(each =>
        [...new Set(each)].filter(finding => !isOfMissing(finding, each)).sort(),
      );
      return name in DIFFERENT || one?.join() === other?.join() ? [] : [{ name, ours: one, theirs: other }];
    });
    assert.deepEqual(differences, []);
    assert.ok(files.length > 90, `${files.length} files`);
  },
);

/** Hosts that are not compared with a Gateway that is missing: that is a finding of its own. */
function isOfMissing(finding: string, all: readonly string[]): boolean {
  return finding.startsWith('IST0132') && all.includes(finding.replace('IST0132', 'IST0101'));
}

function isManifest(file: string): boolean {
  return /^apiVersion:/m.test(readFileSync(file, 'utf8'));
}
