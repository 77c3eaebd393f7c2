import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from './api';
import { SERVICE_CIDR } from './control-plane';
import type { Lab } from './lab';
import { HOST, inside, NODE } from './network';
import { until } from './wait';

/** A namespace that exists in each cluster, for policies that only show what is enforced. */
const MARKS = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies';

/** Enforces NetworkPolicies: the firewall of kube-router, on the node. */
export class PolicyEnforcement {
  private marks = 0;

  /** Starts it, and waits until all policies are enforced. Throws if the kernel lacks what its rules need. */
  static async start(lab: Lab): Promise<PolicyEnforcement> {
    requireKernel();
    trackConnections();
    await publishControlPlane(lab);
    const enforcement = new PolicyEnforcement(
      lab,
      lab.processes.start(
        'kube-router',
        'ip',
        inside(
          NODE,
          lab.tools.path('kube-router'),
          `--kubeconfig=${lab.plane.kubeconfig}`,
          `--hostname-override=${lab.kubelet.node}`,
          `--service-cluster-ip-range=${SERVICE_CIDR}`,
          ...['--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--enable-ipv6=false'],
          // A synchronization that fails is not repeated before the next one, by default after 5 minutes.
          '--iptables-sync-period=5s',
        ),
        { env: { PATH: `${commandsIn(lab.folder)}:${process.env.PATH}` } },
      ),
    );
    await enforcement.synced();
    // Rules that allow connections to a new pod have its address after the next synchronization; others reject them.
    lab.kubelet.readinessGate = () => enforcement.synced();
    return enforcement;
  }

  private constructor(
    private readonly lab: Lab,
    private readonly process: ChildProcess,
  ) {}

  /**
   * Waits until the policies that exist now are enforced: all rules are replaced at once, and those of a policy that is
   * applied last have its name.
   */
  async synced(): Promise<void> {
    const { api } = this.lab.plane;
    const name = `mark-${++this.marks}`;
    await api.post(MARKS, {
      metadata: { name },
      spec: { podSelector: { matchLabels: { none: name } }, policyTypes: ['Ingress'], ingress: [{}] },
    });
    await until('NetworkPolicies are enforced', () => onNode('iptables-save').includes(`policy name: ${name} `), 120);
    await api.delete(`${MARKS}/${name}`);
  }

  /** Writes the rules, and the addresses that they name, to the logs: those of a connection that ends otherwise. */
  keepRules(): void {
    writeFileSync(
      join(this.lab.logs, 'network-policies.rules'),
      `${onNode('iptables-save')}\n${onNode('ipset', 'save')}`,
    );
  }

  /** Ends the enforcement: all connections are allowed again. */
  async stop(): Promise<void> {
    this.lab.kubelet.readinessGate = () => Promise.resolve();
    this.lab.processes.stop(this.process);
    // A program that it has started may still write rules.
    await until('the rules of NetworkPolicies are gone', () => {
      onNode('iptables', '--flush');
      onNode('iptables', '--delete-chain');
      onNode('ipset', 'destroy');
      return true;
    });
  }
}

/** The folder of the commands that kube-router runs in place of those of the machine. */
function commandsIn(folder: string): string {
  const commands = join(folder, 'kube-router');
  rmSync(commands, { recursive: true, force: true });
  mkdirSync(commands);
  for (const command of ['ipset', 'iptables-restore']) {
    symlinkSync(join(__dirname, 'kube-router/sets'), join(commands, command));
  }
  return commands;
}

/** Policies select Pods, and the control plane and DNS are processes of the host: Pods have its address. */
async function publishControlPlane({ plane: { api } }: Lab): Promise<void> {
  const status = { phase: 'Running', podIP: HOST, podIPs: [{ ip: HOST }] };
  const path = '/api/v1/namespaces';
  const pods = await until('the Pods of istiod exist', async () => {
    const found = await api.list<KubeObject>(`${path}/istio-system/pods?labelSelector=app%3Distiod`);
    return found.length > 0 && found;
  });
  for (const { metadata } of pods) {
    await api.patch(`${path}/istio-system/pods/${metadata.name}/status`, { status });
  }
  const dns = `${path}/kube-system/pods`;
  if ((await api.list(dns)).length === 0) {
    await api.post(dns, {
      metadata: { name: 'dns', labels: { 'k8s-app': 'kube-dns' } },
      spec: { containers: [{ name: 'dns', image: 'dns' }] },
    });
    await api.patch(`${dns}/dns/status`, { status });
  }
}

/** Throws with the reason if the kernel cannot filter packets between the ports of a bridge. */
function requireKernel(): void {
  const [chain, set] = ['CARDINAL-TEST', 'cardinal-test'];
  const steps = [
    ['sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1'],
    ['ipset', 'create', set, 'hash:ip'],
    ['iptables', '--new-chain', chain],
    ['iptables', '-A', chain, '-m', 'set', '--match-set', set, 'src', '-j', 'REJECT'],
    ['iptables', '-A', chain, '-m', 'physdev', '--physdev-is-bridged', '-j', 'NFLOG', '--nflog-group', '100'],
    ['iptables', '-A', chain, '-m', 'addrtype', '--src-type', 'LOCAL', '-m', 'conntrack', '--ctstate', 'INVALID'],
    ['iptables', '-A', chain, '-m', 'mark', '--mark', '0x1/0x1', '-j', 'MARK', '--set-mark', '0x0/0x1'],
    ['iptables', '--flush', chain],
    ['iptables', '--delete-chain', chain],
    ['ipset', 'destroy', set],
  ] as const;
  for (const step of steps) {
    try {
      onNode(...step);
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(
        `NetworkPolicies cannot be enforced on this machine: "${step.join(' ')}" fails: ${stderr ?? String(error)}`,
      );
    }
  }
}

/**
 * Makes the kernel track all connections of the node, as it does for kube-proxy: it tracks none until a rule refers to
 * their state. kube-router has such rules only for pods with policies, and the packets of connections that are older
 * than the first rule are not those of established ones.
 */
function trackConnections(): void {
  onNode('iptables', '-A', 'FORWARD', '-m', 'conntrack', '--ctstate', 'NEW');
}

function onNode(...command: string[]): string {
  return execFileSync('ip', inside(NODE, ...command), { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });
}
