import type { CallerData, ServiceData } from './contract-data';
import { Operation } from './operation';
import type { PodLabels } from './peer';

/** What calls a service of another topology. */
export interface Asking {
  /** The namespace of its pods. */
  readonly namespace: string;
  /** Its ServiceAccount, if mutual TLS proves it. */
  readonly serviceAccount?: string;
  /** The labels of its pods. */
  readonly labels: PodLabels;
  /** The number of the port that it calls. */
  readonly port: number;
  /** The operations that it uses; undefined for any. */
  readonly operations?: readonly Operation[];
}

/** Why a contract does not allow a call, and the fix; undefined if it does. */
export function whyNotAdmitted(
  { name, callers, ports, deniedOperations = [] }: ServiceData,
  asking: Asking,
): { summary: string; fix: string } | undefined {
  const { namespace, serviceAccount, labels, port, operations } = asking;
  const admitted = callers.filter(each => each.port === port && isOf(each, asking));
  const identity = serviceAccount === undefined ? `pods of ${namespace}` : `${namespace}/${serviceAccount}`;
  if (admitted.length === 0) {
    const others = [...new Set(callers.filter(each => each.port === port).map(nameOf))];
    const peer =
      serviceAccount === undefined
        ? `Peer.pods({ namespace: '${namespace}', labels: ${JSON.stringify(labels)} }), { port: ${port}, `
          + 'plaintext: true }'
        : `Peer.serviceAccount({ namespace: '${namespace}', name: '${serviceAccount}' }), { port: ${port} }`;
    return {
      summary:
        `The contract of ${name} does not allow ${identity} on port ${port}`
        + `${others.length > 0 ? `, only ${others.join(', ')}` : ''}.`,
      fix: `Have its owner declare \`${name}.allowFrom(${peer})\`, or leave the call out.`,
    };
  }
  const denials = deniedOperations.map(each => Operation.parse(name, each));
  const denied = operations?.filter(each => denials.some(other => other.covers(each))) ?? [];
  if (denied.length > 0) {
    return {
      summary: `The owner of ${name} denies ${denied.join(', ')} to all callers.`,
      fix: 'Use other operations, or leave the call out.',
    };
  }
  if (admitted.some(each => each.operations === undefined)) {
    return undefined;
  }
  const allowed = [...new Set(admitted.flatMap(each => each.operations ?? []))];
  if (!operations) {
    return {
      summary: `The contract of ${name} allows ${identity} only ${allowed.join(', ')}.`,
      fix: 'List the operations that the call uses in `allowedOperations`.',
    };
  }
  const known = allowed.map(each => Operation.parse(name, each));
  const gone = operations.filter(each => !known.some(other => other.covers(each)));
  return gone.length === 0
    ? undefined
    : {
        summary: `The contract of ${name} does not allow ${identity} ${gone.join(', ')}, only ${allowed.join(', ')}.`,
        fix:
          'Use these, or have the owner allow more on port '
          + `${ports.find(each => each.number === port)?.number ?? port}.`,
      };
}

function isOf(caller: CallerData, { namespace, serviceAccount, labels }: Asking): boolean {
  return (
    caller.namespace === namespace
    && caller.serviceAccount === serviceAccount
    && Object.entries(caller.podLabels ?? {}).every(([label, value]) => labels[label] === value)
  );
}

function nameOf({ namespace, serviceAccount }: CallerData): string {
  return serviceAccount === undefined ? `pods of ${namespace}` : `${namespace}/${serviceAccount}`;
}
