import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { Service } from '../lib';
import type { Lab } from './lab';
import type { PodNetwork } from './network';
import { Pod } from './pod';
import { PROXY_USER } from './pod-processes';

/**
 * Starts a machine outside of Kubernetes that runs a service: an app, and a proxy with the settings that `istioctl`
 * writes. It registers itself by the WorkloadGroup of the service, or has a WorkloadEntry.
 */
export async function startMachine(lab: Lab, service: Service, network: PodNetwork): Promise<Pod> {
  const { namespace, serviceAccount } = service;
  const env = settingsOf(lab, service, network);
  const machine = new Pod(
    lab.kubelet,
    {
      metadata: { name: `${service.name}-machine`, namespace, uid: network.name, resourceVersion: '' },
      spec: {
        serviceAccountName: serviceAccount,
        initContainers: [{ name: 'istio-init', args: redirection(env) }],
        containers: [
          {
            name: service.name,
            ports: service.ports.map(port => ({ name: port.protocol, containerPort: port.target })),
          },
          {
            name: 'istio-proxy',
            args: ['proxy'],
            env: Object.entries({ ...env, POD_NAME: `${service.name}-machine`, INSTANCE_IP: network.ip }).map(
              ([name, value]) => ({ name, value }),
            ),
            readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
          },
        ],
      },
    },
    network,
  );
  lab.kubelet.network.setHosts(network, lab.kubelet.hosts(namespace));
  await machine.start();
  return machine;
}

/** The environment of the proxy on a machine. */
function settingsOf(lab: Lab, { name, namespace, selector, serviceAccount, objects }: Service, network: PodNetwork) {
  const folder = join(lab.folder, 'machines', network.name);
  mkdirSync(folder, { recursive: true });
  const group = join(folder, 'group.yaml');
  writeFileSync(
    group,
    dump({
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadGroup',
      metadata: { name, namespace },
      spec: { metadata: { labels: selector }, template: { serviceAccount } },
    }),
  );
  const registers = objects.machines?.addresses === undefined;
  execFileSync(
    lab.tools.path('istioctl'),
    [
      ...['experimental', 'workload', 'entry', 'configure', '--kubeconfig', lab.plane.kubeconfig, '--output', folder],
      ...(registers ? ['--name', name, '--namespace', namespace, '--autoregister'] : ['--file', group]),
      ...['--internalIP', network.ip, '--clusterID', 'Kubernetes', '--capture-dns=false'],
    ],
    { stdio: 'pipe' },
  );
  const variables = execFileSync('env', ['-i', 'sh', '-c', 'set -a; . "$0"; env -0', join(folder, 'cluster.env')]);
  return Object.fromEntries(
    variables
      .toString()
      .split('\0')
      .filter(line => line.includes('='))
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The arguments of `pilot-agent` that `istio-start.sh` of the package for machines gives by the environment. */
function redirection(env: Readonly<Record<string, string>>): string[] {
  const { ISTIO_SERVICE_CIDR = '*', ISTIO_INBOUND_PORTS = '*', ISTIO_LOCAL_EXCLUDE_PORTS = '' } = env;
  return [
    ...['istio-iptables', '-p', '15001', '-z', '15006', '-u', PROXY_USER, '-m', 'REDIRECT'],
    ...['-i', ISTIO_SERVICE_CIDR, '-x', '', '-b', ISTIO_INBOUND_PORTS, '-d', ISTIO_LOCAL_EXCLUDE_PORTS],
  ];
}
