import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { Cluster, NetworkPolicies } from '../../lib/manifests';
import { Manifests, Traffic, Unsimulated } from '../../lib/testing';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { connectionsFromHost } from '../layer4';
import { PolicyEnforcement } from '../network-policies';
import type { Pod } from '../pod';
import { podsAreReady } from '../readiness';
import { type Dweller, DWELLERS, networkPolicy, PORTS, SIDES, STRANGER } from '../simulation/network-policies';
import { shrink } from '../simulation/shrink';

const CONFIGURATIONS = Number(process.env.CARDINAL_LAB_CONFIGURATIONS ?? 12);
const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261123);
const SHRINKING = Number(process.env.CARDINAL_LAB_SHRINKING ?? 60);

interface Policy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: object;
}

claim('generated NetworkPolicies allow the connections that the simulator predicts', async lab => {
  lab.kubelet.network.ensureHostAddress(STRANGER);
  const server = createServer(socket => socket.on('error', () => undefined).end('outside'));
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(LISTENING, STRANGER, resolve));
  const enforcement = await PolicyEnforcement.start(lab);
  try {
    lab.applyObjects('sides', testbed());
    for (const namespace of Object.keys(SIDES)) {
      await podsAreReady(lab, namespace, []);
    }
    const trial = new Trial(lab, enforcement);
    for (const [at, policies] of configurations().entries()) {
      const problem = await trial.problemOf(policies);
      if (problem) {
        enforcement.keepRules();
        const smallest = await shrink(policies, async fewer => (await trial.problemOf(fewer)) !== undefined, SHRINKING);
        const after = await trial.problemOf(smallest);
        assert.fail(`Configuration ${at} of seed ${SEED}: ${after ?? problem}\n${JSON.stringify(smallest, null, 1)}`);
      }
    }
    const { compared, accepted, skipped } = trial;
    process.stdout.write(`      ${compared} connections compared, ${accepted} accepted, ${skipped} not simulated\n`);
    assert.ok(skipped < compared / 4, `${skipped} connections were not simulated`);
    await trial.apply([]);
    await lab.removeNamespaces(Object.keys(SIDES));
  } finally {
    await enforcement.stop();
    server.close();
  }
});

function configurations(): Policy[][] {
  const some = fc.array(networkPolicy, { minLength: 1, maxLength: 4 });
  return fc.sample(some, { seed: SEED, numRuns: CONFIGURATIONS }).map(policies =>
    policies.map(({ metadata, spec }, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { ...metadata, name: `policy-${index}` },
      spec,
    })),
  );
}

class Trial {
  compared = 0;
  accepted = 0;
  skipped = 0;
  private applied: readonly Policy[] = [];

  constructor(
    private readonly lab: Lab,
    private readonly enforcement: PolicyEnforcement,
  ) {}

  async apply(policies: readonly Policy[]): Promise<void> {
    const { api } = this.lab.plane;
    await Promise.all(this.applied.map(each => api.delete(`${pathOf(each)}/${each.metadata.name}`)));
    this.applied = [];
    for (const each of policies) {
      await api.post(pathOf(each), each);
      this.applied = [...this.applied, each];
    }
    await this.enforcement.synced();
  }

  /** Opens all connections under some policies, and returns the first that the simulator did not predict. */
  async problemOf(policies: readonly Policy[]): Promise<string | undefined> {
    await this.apply(policies);
    const manifests = Manifests.ofYaml([...testbed(), ...policies].map(each => JSON.stringify(each)).join('\n---\n'));
    const problems = [
      ...(await Promise.all(DWELLERS.map(from => this.fromPod(from, manifests)))),
      await this.fromOutside(manifests),
    ];
    return problems.find(each => each !== undefined);
  }

  private async fromPod(from: Dweller, manifests: Manifests): Promise<string | undefined> {
    const traffic = Traffic.of(manifests);
    const pod = this.podOf(from);
    const inside = pairs().filter(({ to }) => to !== from);
    const targets = [
      ...inside.map(({ to, port }) => ({
        address: this.podOf(to).network.ip,
        port,
        host: `${to.name}.${to.namespace}`,
      })),
      { address: STRANGER, port: LISTENING, host: STRANGER },
    ];
    const accepted = await Promise.all(targets.map(each => this.isAccepted(pod, each)));
    return this.firstProblem(
      targets.map(({ host, port }, index) => ({
        pair: `${from.namespace}/${from.name} → ${host}:${port}`,
        accepted: accepted[index] ?? false,
        predict: () =>
          traffic.from(`${from.namespace}/${from.name}`).tcp(`${host}:${port}`, { address: pod.network.ip }).isAllowed,
      })),
    );
  }

  private async fromOutside(manifests: Manifests): Promise<string | undefined> {
    const policies = NetworkPolicies.of(new Cluster(manifests.resources));
    const accepted = await connectionsFromHost(
      STRANGER,
      pairs().map(({ to, port }) => ({ address: this.podOf(to).network.ip, port })),
    );
    const client = { namespace: '', labels: {}, address: STRANGER };
    return this.firstProblem(
      pairs().map(({ to, port }, index) => ({
        pair: `outside → ${to.namespace}/${to.name}:${port}`,
        accepted: accepted[index] ?? false,
        predict: () => {
          const callee = { namespace: to.namespace, labels: { ...to.labels, app: to.name } };
          const names = port === to.main ? [MAIN] : [];
          return policies.blocking(client, callee, { number: port, names, protocol: 'TCP' }).length === 0;
        },
      })),
    );
  }

  private firstProblem(
    connections: readonly { readonly pair: string; readonly accepted: boolean; readonly predict: () => boolean }[],
  ): string | undefined {
    for (const { pair, accepted, predict } of connections) {
      try {
        const predicted = predict();
        this.compared++;
        this.accepted += accepted ? 1 : 0;
        if (predicted !== accepted) {
          return `${pair} is ${accepted ? 'accepted' : 'refused'}, and the simulator answers otherwise`;
        }
      } catch (error) {
        if (!(error instanceof Unsimulated)) {
          throw error;
        }
        this.skipped++;
      }
    }
    return undefined;
  }

  /** The apps, and the host, answer what a client sends. */
  private async isAccepted(pod: Pod, { address, port }: { address: string; port: number }): Promise<boolean> {
    const nothing = { host: '', method: '', path: '', headers: {}, grpc: false };
    const [reply] = await pod.send({ protocol: 'tcp', address, port, ...nothing });
    return reply?.status === 200;
  }

  private podOf({ namespace, name }: Dweller): Pod {
    const [pod] = this.lab.kubelet.pods(namespace, { app: name });
    assert.ok(pod, `${name} does not run`);
    return pod;
  }
}

const MAIN = 'tcp-main';
const LISTENING = 8080;

function pairs(): { readonly to: Dweller; readonly port: number }[] {
  return DWELLERS.flatMap(to => PORTS.map(port => ({ to, port })));
}

function pathOf({ metadata }: Policy): string {
  return `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/networkpolicies`;
}

function testbed(): object[] {
  return [
    ...Object.entries(SIDES).map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
    })),
    ...DWELLERS.flatMap(({ namespace, name, labels, main }) => [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { ...labels, app: name } },
            spec: {
              containers: [
                {
                  name,
                  image: name,
                  // kube-router mixes up the Pods of several names that several Pods have.
                  ports: PORTS.map(port => ({
                    name: port === main ? MAIN : `tcp-${port}-${name}`,
                    containerPort: port,
                  })),
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace },
        spec: { selector: { app: name }, ports: PORTS.map(port => ({ name: `tcp-${port}`, port, targetPort: port })) },
      },
    ]),
  ];
}
