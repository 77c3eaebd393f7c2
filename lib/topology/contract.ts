import { readFileSync } from 'node:fs';
import type { AllowedPeer } from './allowed-peer';
import { type CallerData, CONTRACT_FORMAT, type ContractData, type PortData, type ServiceData } from './contract-data';
import { readContract } from './contract-reader';
import type { Operation } from './operation';
import type { Port } from './port';
import type { IService, ITopology } from './references';
import { ValidationError } from './validation-error';

/** A service, as a contract describes it. */
interface PublishedService extends IService {
  readonly isRoutedByOwner: boolean;
  readonly versions: ReadonlyMap<string, unknown>;
  readonly allowedPeers: readonly AllowedPeer[];
  readonly objects: { readonly deniedOperations?: readonly Operation[] };
}

/** A topology, as a contract describes it. */
interface PublishedTopology extends ITopology {
  readonly ownNamespaces: readonly string[];
  readonly services: readonly PublishedService[];
}

/**
 * What a topology publishes to callers in other topologies, also of other repositories: the services that allow such
 * callers, with their ports, versions, and the callers with their operations. `ClusterApp` writes it to
 * `contracts/TOPOLOGY.contract.json`, beside the manifests; calls of another topology are checked against it.
 */
export class Contract {
  /** The contract of a topology of this program. Services that allow no caller outside are not in it. */
  static of(topology: PublishedTopology): Contract {
    const { name, clusterDomain, ownNamespaces, services } = topology;
    return new Contract(name, {
      format: CONTRACT_FORMAT,
      topology: name,
      clusterDomain,
      namespaces: ownNamespaces,
      services: services.filter(each => each.allowedPeers.length > 0).map(serviceData),
    });
  }

  /** The contract in a file. Throws if it cannot be read, or is not a contract of a known version. */
  static fromFile(path: string): Contract {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw new ValidationError({
        code: 'InvalidContract',
        path,
        summary: `The contract cannot be read: ${(error as { code?: string }).code ?? String(error)}.`,
        fix: 'Give the path of the file that synthesis of the other topology writes.',
      });
    }
    return new Contract(path, readContract(path, text));
  }

  private constructor(
    /** Where it is from, for messages. */
    readonly source: string,
    /** Its content. */
    readonly data: ContractData,
  ) {}

  /** Whether it has services that other topologies may call. */
  get isEmpty(): boolean {
    return this.data.services.length === 0;
  }

  /** The text of the file. */
  toText(): string {
    return `${JSON.stringify(this.data, null, 2)}\n`;
  }
}

function serviceData(service: PublishedService): ServiceData {
  const { name, namespace, serviceAccount, selector, headlessService, inMesh, isRoutedByOwner, versions } = service;
  const {
    ports,
    allowedPeers,
    objects: { deniedOperations },
  } = service;
  return {
    name,
    namespace,
    serviceAccount,
    labels: sorted(selector),
    ...(headlessService === undefined ? {} : { headlessService }),
    inMesh,
    routesByVersion: isRoutedByOwner,
    versions: [...versions.keys()],
    ports: ports.map(portData),
    ...(deniedOperations ? { deniedOperations: deniedOperations.map(String) } : {}),
    callers: allowedPeers.flatMap(callerData),
  };
}

function portData({ number, target, protocol, name, grpcService, grpcMethods }: Port): PortData {
  return {
    number,
    target,
    protocol,
    ...(name === protocol ? {} : { name: name.slice(protocol.length + 1) }),
    ...(grpcService === undefined ? {} : { grpcService }),
    ...(grpcMethods === undefined ? {} : { grpcMethods: [...grpcMethods] }),
  };
}

/** Callers by address are no services of another topology. */
function callerData({ peer, port, allowedOperations }: AllowedPeer): CallerData[] {
  const { namespace, serviceAccount, podLabels } = peer;
  return namespace === undefined
    ? []
    : [
        {
          namespace,
          ...(serviceAccount === undefined ? {} : { serviceAccount }),
          ...(podLabels === undefined ? {} : { podLabels: sorted(podLabels) }),
          port: port.number,
          ...(allowedOperations ? { operations: allowedOperations.map(String) } : {}),
        },
      ];
}

function sorted(labels: { readonly [label: string]: string }): { [label: string]: string } {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
