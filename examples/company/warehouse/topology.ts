import { join } from 'node:path';
import { Contract, Peer, type ServiceProps, Topology } from '../../../lib';

/** Northgate's warehouse: its stock, the picking and shipping of orders, and what partners see of it. */
export const warehouse = new Topology('warehouse');

/** What other repositories publish: copies of the files that their synthesis writes. */
export const platform = warehouse.addContract(Contract.fromFile(join(__dirname, 'contracts/platform.contract.json')));
export const shop = warehouse.addContract(Contract.fromFile(join(__dirname, 'contracts/shop.contract.json')));

/** Prometheus of the operations team, outside the mesh. */
export const prometheus = Peer.pods({ namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } });

/** A service in Go. Prometheus scrapes its metrics through the proxy, which merges them with its own. */
export const service = (name: string, props: ServiceProps) =>
  warehouse.addService(name, {
    image: `registry.northgate.example/warehouse/${name}:v7.2.0`,
    runAsUser: 65532,
    resources: { cpu: '100m', memory: '64Mi', memoryLimit: '128Mi' },
    podMetadata: { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' } },
    ...props,
  });
