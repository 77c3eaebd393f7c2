import { type CallerData, CONTRACT_FORMAT, type ContractData, type PortData, type ServiceData } from './contract-data';
import type { PodLabels } from './peer';
import { ValidationError } from './validation-error';

/** The content of a contract, which comes from another repository. Throws for a field that is missing or unknown. */
export function readContract(file: string, text: string): ContractData {
  const root = new Node(file, '', parsed(file, text));
  const format = root.get('format').text;
  if (format !== CONTRACT_FORMAT) {
    throw invalid(file, `It has the format "${format}", and this version reads "${CONTRACT_FORMAT}".`);
  }
  root.requireOnly('format', 'topology', 'clusterDomain', 'namespaces', 'services');
  return {
    format,
    topology: root.get('topology').text,
    clusterDomain: root.get('clusterDomain').text,
    namespaces: root.get('namespaces').list(each => each.text),
    services: root.get('services').list(serviceOf),
  };
}

function serviceOf(node: Node): ServiceData {
  node.requireOnly(
    'name',
    'namespace',
    'serviceAccount',
    'labels',
    'headlessService',
    'inMesh',
    'routesByVersion',
    'versions',
    'ports',
    'deniedOperations',
    'callers',
  );
  return {
    name: node.get('name').text,
    namespace: node.get('namespace').text,
    serviceAccount: node.get('serviceAccount').text,
    labels: node.get('labels').labels,
    ...node.optional('headlessService', each => each.text),
    inMesh: node.get('inMesh').flag,
    routesByVersion: node.get('routesByVersion').flag,
    versions: node.get('versions').list(each => each.text),
    ports: node.get('ports').list(portOf),
    ...node.optional('deniedOperations', each => each.list(one => one.text)),
    callers: node.get('callers').list(callerOf),
  };
}

function portOf(node: Node): PortData {
  node.requireOnly('number', 'target', 'protocol', 'name', 'grpcService', 'grpcMethods');
  return {
    number: node.get('number').integer,
    target: node.get('target').integer,
    protocol: node.get('protocol').text,
    ...node.optional('name', each => each.text),
    ...node.optional('grpcService', each => each.text),
    ...node.optional('grpcMethods', each => each.list(one => one.text)),
  };
}

function callerOf(node: Node): CallerData {
  node.requireOnly('namespace', 'serviceAccount', 'podLabels', 'port', 'operations');
  return {
    namespace: node.get('namespace').text,
    ...node.optional('serviceAccount', each => each.text),
    ...node.optional('podLabels', each => each.labels),
    port: node.get('port').integer,
    ...node.optional('operations', each => each.list(one => one.text)),
  };
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(file, 'It is not JSON.');
  }
}

function invalid(file: string, summary: string): ValidationError {
  return new ValidationError({
    code: 'InvalidContract',
    path: file,
    summary,
    fix: 'Copy the file that synthesis of the other topology writes, with the same version of this package.',
  });
}

/** A value of the file, with the place where it stands. */
class Node {
  constructor(
    private readonly file: string,
    private readonly place: string,
    private readonly value: unknown,
  ) {}

  get(name: string): Node {
    const map = this.map;
    return new Node(this.file, `${this.place}.${name}`, Object.hasOwn(map, name) ? map[name] : undefined);
  }

  optional<K extends string, T>(name: K, read: (node: Node) => T): { [P in K]?: T } {
    return (this.get(name).value === undefined ? {} : { [name]: read(this.get(name)) }) as { [P in K]?: T };
  }

  get text(): string {
    return typeof this.value === 'string' ? this.value : this.reject('a text');
  }

  get integer(): number {
    return Number.isInteger(this.value) ? (this.value as number) : this.reject('a whole number');
  }

  get flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.reject('true or false');
  }

  get labels(): PodLabels {
    return Object.fromEntries(Object.keys(this.map).map(name => [name, this.get(name).text]));
  }

  list<T>(read: (node: Node) => T): T[] {
    return Array.isArray(this.value)
      ? this.value.map((each, index) => read(new Node(this.file, `${this.place}[${index}]`, each)))
      : this.reject('a list');
  }

  /** Rejects other fields: what is not read could limit the callers. */
  requireOnly(...names: string[]): void {
    const unknown = Object.keys(this.map).find(each => !names.includes(each));
    if (unknown !== undefined) {
      throw invalid(this.file, `The field ${this.place}.${unknown} is unknown.`);
    }
  }

  private get map(): Readonly<Record<string, unknown>> {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
      ? (this.value as Readonly<Record<string, unknown>>)
      : this.reject('a map');
  }

  private reject(expected: string): never {
    throw invalid(
      this.file,
      `${this.place || 'The file'} is ${JSON.stringify(this.value) ?? 'missing'}, not ${expected}.`,
    );
  }
}
