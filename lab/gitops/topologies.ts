import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import {
  ClusterApp,
  type Edge,
  GatewayService,
  Health,
  Mesh,
  Operation,
  Port,
  type Service,
  Topology,
  TopologyChart,
} from '../../lib';
import { type Files, fluxFolders, planOf } from '../../lib/analysis';
import { Cluster, resourcesOf } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import { DEPLOYED } from '../flux';
import type { Lab } from '../lab';
import { World } from '../world';

export const NAMESPACE = 'pier';
export const ROLLOUT = 'quay';

interface PierProps {
  /** The version of payment. */
  readonly version: string;
  /** The path that the caller may request besides `/kept`. */
  readonly path: string;
  /** The limit of a request, in seconds. */
  readonly timeout?: number;
  /** Whether pods of payment never get ready. */
  readonly isBroken?: boolean;
}

/** The folder of each commit of a change, in order, as `cardinal plan --layout flux` writes them. */
export function commitsBetween(before: Cluster, after: Cluster): Files[] {
  const { steps, losses } = planOf(before, after);
  assert.deepEqual(losses, []);
  const files = [...fluxFolders(steps, before, `./${DEPLOYED}`)];
  const commits = [...new Set(files.map(([file]) => file.split('/')[0] ?? ''))].sort();
  return commits.map(
    commit =>
      new Map(
        files
          .filter(([file]) => file.startsWith(`${commit}/`))
          .map(([file, objects]) => [file.slice(commit.length + 1), objects]),
      ),
  );
}

function clusterOf(topology: Topology): Cluster {
  const app = new ClusterApp();
  const mesh = Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP });
  new TopologyChart(app, topology.name, { topology, mesh });
  return new Cluster(resourcesOf(Manifests.ofApp(app).objects));
}

/** The objects of a topology with a Rollout. */
export function rolloutCluster(): Cluster {
  const topology = new Topology(ROLLOUT);
  const payment = topology.addService('payment', {
    port: Port.http(80, { target: 8080 }),
    image: 'payment',
    slo: { availability: 99 },
  });
  payment.rollout({ prometheus: 'http://prometheus:9090' });
  topology.addService('checkout', { image: 'checkout', replicas: 1 }).calls(payment);
  return clusterOf(topology);
}

/** An edge leads to checkout, which calls payment. */
export class Pier {
  readonly topology = new Topology(NAMESPACE);
  readonly payment: Service;
  readonly checkout: Service;
  readonly edge: Edge;
  readonly cluster: Cluster;

  constructor({ version, path, timeout = 5, isBroken = false }: PierProps) {
    this.payment = this.topology.addService('payment', {
      port: Port.http(80, { target: 8080 }),
      image: 'payment',
      replicas: 1,
      versions: { [version]: {}, idle: { replicas: 0 } },
      ...(isBroken ? { probes: { startup: Health.tcp({ port: 9 }) } } : {}),
    });
    this.payment.split({ [version]: 100, idle: 0 });
    this.checkout = this.topology.addService('checkout', {
      port: Port.http(80, { target: 8080 }),
      image: 'checkout',
      replicas: 1,
    });
    this.checkout.calls(this.payment, {
      timeout: Duration.seconds(timeout),
      allowedOperations: [Operation.http('GET /kept'), Operation.http(`GET ${path}`)],
    });
    this.edge = this.topology.addEdge('api', { host: 'pier.lab.example' });
    this.edge.route('GET /', this.checkout);
    this.cluster = clusterOf(this.topology);
  }

  commitsFrom(before: Cluster): Files[] {
    return commitsBetween(before, this.cluster);
  }

  world(lab: Lab): World {
    return new World(lab, this.topology, join(lab.folder, 'none'));
  }
}
