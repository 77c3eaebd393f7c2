import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterApp, Mesh, Operation, Port, type Service, Topology, TopologyChart } from '../../lib';
import type { KubernetesObject } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import type { KubeObject } from '../api';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { HOST } from '../network';
import { delayConfiguration } from '../plans/carry-out';
import { World } from '../world';

const NAMESPACE = 'applied';
const ROOT = join(__dirname, '../..');

/** A callee with one version, and its caller. */
class Moment {
  readonly topology = new Topology(NAMESPACE);
  readonly caller: Service;
  readonly callee: Service;
  readonly objects: readonly KubernetesObject[];

  constructor(version: string, path: string) {
    this.caller = this.topology.addService('caller', { image: 'caller', replicas: 1 });
    this.callee = this.topology.addService('callee', {
      image: 'callee',
      replicas: 1,
      port: Port.http(80, { target: 8080 }),
      versions: { [version]: {}, idle: { replicas: 0 } },
    });
    this.callee.split({ [version]: 100, idle: 0 });
    this.caller.calls(this.callee, { allowedOperations: [Operation.http('GET /kept'), Operation.http(path)] });
    const app = new ClusterApp();
    new TopologyChart(app, NAMESPACE, { topology: this.topology, mesh: Mesh.istio() });
    this.objects = Manifests.ofApp(app).objects;
  }
}

const configMap = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE },
  data: { a: 'b' },
});

/** The command line in a folder of the lab, with the real kubectl and istioctl. */
class Cardinal {
  private readonly folder: string;

  constructor(private readonly lab: Lab) {
    this.folder = join(lab.folder, 'apply');
    mkdirSync(this.folder);
  }

  write(name: string, items: readonly object[]): string {
    writeFileSync(join(this.folder, `${name}.json`), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return `${name}.json`;
  }

  apply(...args: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
    const { tools, plane } = this.lab;
    const tsx = join(ROOT, 'node_modules/tsx/dist/cjs/index.cjs');
    const child = spawn(
      process.execPath,
      ['--require', tsx, join(ROOT, 'bin/cardinal.ts'), 'apply', ...args, '--settle', '1'],
      {
        cwd: this.folder,
        env: {
          ...process.env,
          PATH: `${join(tools.path('kubectl'), '..')}:${process.env.PATH}`,
          KUBECONFIG: plane.kubeconfig,
          // istiod is a process of the host here, to which the API server forwards no port.
          ISTIOCTL_XDS_ADDRESS: `${HOST}:15012`,
          ISTIOCTL_INSECURE: 'true',
        },
      },
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    }
    return new Promise(resolve => child.on('close', code => resolve({ code, text })));
  }
}

claim(
  'cardinal apply carries out a plan with kubectl and istioctl, prunes, and stops where a step fails',
  async lab => {
    const cardinal = new Cardinal(lab);
    const { api } = lab.plane;
    const [first, second] = [new Moment('v1', 'GET /first'), new Moment('v2', 'GET /second')];
    const namespace = first.objects.filter(({ kind }) => kind === 'Namespace');
    const world = new World(lab, first.topology, join(lab.folder, 'none'));
    const configMaps = async () =>
      (await api.list<KubeObject>(`/api/v1/namespaces/${NAMESPACE}/configmaps`))
        .map(each => each.metadata.name)
        .filter(each => ['extra', 'foreign', 'late'].includes(each));
    const rule = () =>
      api.get<{ spec: object }>(`/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/destinationrules/callee`);
    lab.applyObjects('applied-namespace', [...namespace, configMap('foreign')]);
    const files = {
      namespace: cardinal.write('namespace', namespace),
      first: cardinal.write('first', first.objects),
      withExtra: cardinal.write('with-extra', [...first.objects, configMap('extra')]),
      second: cardinal.write('second', second.objects),
      invalid: cardinal.write('invalid', [...first.objects.map(mislabelled), configMap('late')]),
    };

    const installed = await cardinal.apply(files.namespace, files.withExtra, '--apply-set', 'shop');
    assert.equal(installed.code, 0, installed.text);
    await world.isReady();
    assert.equal((await world.sendOnce(first.caller, first.callee, { path: '/kept' })).status, 200);
    assert.deepEqual(await configMaps(), ['extra', 'foreign']);

    const dry = await cardinal.apply(files.first, files.second, '--dry-run');
    assert.deepEqual([dry.code, dry.text.split('\n').at(-2)], [0, 'Dry run: nothing has changed.'], dry.text);
    assert.match(JSON.stringify((await rule()).spec), /v1/);

    // The files of before do not have the ConfigMap: the ApplySet does.
    let done = { code: null as number | null, text: '' };
    const replies = await world.sendWhile(
      first.caller,
      first.callee,
      async () => {
        done = await cardinal.apply(files.first, files.second, '--apply-set', 'shop');
      },
      { path: '/kept' },
    );
    assert.deepEqual([done.code, done.text.split('\n').at(-2)], [0, 'All steps are complete.'], done.text);
    const lost = replies.filter(({ status }) => status !== 200).map(({ status, text }) => `${status} ${text}`);
    assert.deepEqual([...new Set(lost)], [], `${lost.length} of ${replies.length}`);
    assert.deepEqual(new Set(replies.map(each => each.from?.version)), new Set(['v1', 'v2']));
    assert.deepEqual(await configMaps(), ['foreign']);
    assert.equal((await world.sendOnce(first.caller, first.callee, { path: '/second' })).status, 200);
    assert.equal((await world.sendOnce(first.caller, first.callee, { path: '/first' })).status, 403);

    // A proxy that does not receive its configuration.
    delayConfiguration(world.pod(first.caller), 20_000);
    const late = await cardinal.apply(files.second, files.first, '--timeout', '4');
    assert.equal(late.code, 1);
    assert.match(
      late.text,
      /Step 1 of \d failed: After 4 seconds, proxies have an older configuration\. No step is complete/,
    );
    assert.match(JSON.stringify((await rule()).spec), /v1.*v2|v2.*v1/);
    await world.configSynced();

    // An object that the API server rejects.
    const refused = await cardinal.apply(files.second, files.invalid);
    assert.equal(refused.code, 1, refused.text);
    assert.match(refused.text, /Step \d of \d failed: kubectl apply: [^]*Invalid value/);
    assert.match(refused.text, /none after it has begun/);
    assert.match(JSON.stringify((await rule()).spec), /v2/, 'subsets are removed in a later step');

    // A field of another owner.
    lab.plane.kubectl(
      ...['patch', '--namespace', NAMESPACE, 'service/callee', '--field-manager=other', '--type=merge'],
      ...['--patch', '{"metadata":{"labels":{"app.kubernetes.io/part-of":"other"}}}'],
    );
    const labelled = cardinal.write(
      'labelled',
      second.objects.map(each =>
        each.kind === 'Service'
          ? {
              ...each,
              metadata: { ...each.metadata, labels: { ...each.metadata.labels, 'app.kubernetes.io/part-of': 'new' } },
            }
          : each,
      ),
    );
    const conflict = await cardinal.apply(files.second, labelled);
    assert.equal(conflict.code, 1, conflict.text);
    assert.match(conflict.text, /conflict with "other"/);
    const forced = await cardinal.apply(files.second, labelled, '--force-conflicts');
    assert.equal(forced.code, 0, forced.text);
    await lab.removeNamespaces([NAMESPACE]);
  },
);

/** A VirtualService with a label that the API server rejects. */
function mislabelled(object: KubernetesObject): KubernetesObject {
  const { kind, metadata } = object;
  return kind === 'VirtualService' ? { ...object, metadata: { ...metadata, labels: { invalid: 'a b' } } } : object;
}
