import type { Reach } from '../../dataplane';
import { addTo } from '../../manifests';
import { call, type Code, literal, name, object, objectOrNone, type Statement } from '../program';
import { type Address, addressesOf } from './addresses';
import type { ImportedPort, ImportedService, ImportedVersion } from './services';

/** A call of the model. */
export interface ImportedCall {
  readonly caller: ImportedService;
  readonly callee: ImportedService;
  readonly port: ImportedPort;
  readonly addresses: readonly Address[];
  /** Whether policies allow some requests alone. */
  readonly isConditional: boolean;
}

/** The calls of manifests, by what they are derived from. */
export interface ImportedCalls {
  /** Those whose address a variable of the caller has. */
  readonly addressed: readonly ImportedCall[];
  /** Those that a policy allows, which denies other callers. */
  readonly granted: readonly ImportedCall[];
  /** Those that no policy denies. */
  readonly open: readonly ImportedCall[];
  /** Addresses of callees that policies deny. */
  readonly denied: readonly Address[];
}

/** The calls that reach their callee, as the evaluator finds them in the manifests. */
export function callsOf(services: readonly ImportedService[], reaches: readonly Reach[]): ImportedCalls {
  const owners = new Map<string, ImportedService>(
    services.flatMap(service => service.versions.map(each => [titleOf(each), service] as const)),
  );
  const addresses = addressesOf(services);
  const calls = new Map<string, ImportedCall>();
  for (const { from, to, isUnconditional } of reaches) {
    const [, title = '', number = ''] = /^(.*):(\d+)$/.exec(to) ?? [];
    const [caller, callee] = [owners.get(from), owners.get(title)];
    for (const port of callee?.ports.filter(each => each.target === Number(number)) ?? []) {
      if (caller && callee) {
        const key = keyOf(caller, callee, port);
        const own = addresses.filter(each => keyOf(each.caller, each.callee, each.port) === key);
        const isConditional = !isUnconditional || (calls.get(key)?.isConditional ?? false);
        calls.set(key, { caller, callee, port, addresses: own, isConditional });
      }
    }
  }
  const all = [...calls.values()].sort(
    (a, b) =>
      services.indexOf(a.caller) - services.indexOf(b.caller)
      || services.indexOf(a.callee) - services.indexOf(b.callee)
      || a.port.number - b.port.number,
  );
  const isOpen = ({ callee, port, isConditional }: ImportedCall) =>
    !isConditional && services.every(caller => caller === callee || calls.has(keyOf(caller, callee, port)));
  const others = all.filter(each => each.addresses.length === 0);
  return {
    addressed: all.filter(each => each.addresses.length > 0),
    granted: others.filter(each => !isOpen(each)),
    open: others.filter(isOpen),
    denied: addresses.filter(({ caller, callee, port }) => !calls.has(keyOf(caller, callee, port))),
  };
}

function keyOf(caller: ImportedService, callee: ImportedService, port: ImportedPort): string {
  return `${caller.constant} ${callee.constant} ${port.number}`;
}

function titleOf({ workload: { namespace, name: title } }: ImportedVersion): string {
  return `${namespace}/${title}`;
}

/** The statement of one call. */
export function callStatement(each: ImportedCall, policy: Readonly<Record<string, Code | undefined>>): Statement {
  return { code: codeOf(each, name(each.caller.constant), name(each.callee.constant), policy) };
}

/** Whether the variable of an address is set by its call. */
export function isSetByCall({ text }: Address): boolean {
  return text !== undefined;
}

function codeOf(
  { callee, port, addresses }: ImportedCall,
  caller: Code,
  target: Code,
  policy: Readonly<Record<string, Code | undefined>>,
): Code {
  const texts = addresses.filter(isSetByCall).map(({ variable, text = '' }) => [variable, text] as const);
  const plain = texts.filter(([, text]) => text === '{host}:{port}').map(([variable]) => variable);
  const others = texts.filter(([variable]) => variable !== plain[0]);
  const isFirst = callee.ports[0]?.number === port.number;
  return call(
    caller,
    'calls',
    target,
    objectOrNone({
      port: isFirst ? undefined : literal(port.number),
      addressEnvVar: plain[0] === undefined ? undefined : literal(plain[0]),
      addressEnvVars:
        others.length > 0 ? object(Object.fromEntries(others.map(([key, text]) => [key, literal(text)]))) : undefined,
      ...policy,
    }),
  );
}

/** The constant of the list of all services. */
export const ALL = 'all';

/** Calls that differ in their callers alone are one loop. */
export function loopsOf(
  calls: readonly ImportedCall[],
  policyOf: (call: ImportedCall) => Readonly<Record<string, Code | undefined>>,
  services: readonly ImportedService[],
): Statement[] {
  const groups = new Map<string, ImportedCall[]>();
  for (const each of calls) {
    addTo(groups, `${each.callee.constant} ${each.port.number} ${JSON.stringify(policyOf(each))}`, each);
  }
  return [...groups.values()].flatMap((group): Statement[] => {
    const [first] = group;
    const callers = group.map(each => each.caller);
    return !first
      ? []
      : group.length === 1
        ? [callStatement(first, policyOf(first))]
        : [
            {
              each: {
                name: 'caller',
                of: callers.map(each => name(each.constant)),
                within: {
                  list: ALL,
                  except: services.filter(each => !callers.includes(each)).map(each => name(each.constant)),
                },
              },
              code: codeOf(first, name('caller'), name(first.callee.constant), policyOf(first)),
            },
          ];
  });
}
