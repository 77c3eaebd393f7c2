import { type Cluster, Membership, membershipOf, memo, modeField, type Workload } from '../../manifests';

/**
 * Why a callee is closed to a caller, if its port requires mutual TLS after a change and did not before.
 * @param from the caller, as `NAMESPACE/NAME`, or clients outside
 * @param to the callee, as `NAMESPACE/NAME:PORT`
 */
export function requiredMutualTls(from: string, to: string, before: Cluster, after: Cluster): string[] {
  const [, name = to, port = ''] = /^(.*):(\d+)$/.exec(to) ?? [];
  const [was, callee] = [before, after].map(each => workloadsByName(each).get(name));
  const mode = callee && modeField(callee, after, Number(port));
  if (mode?.text !== 'STRICT' || (was && modeField(was, before, Number(port))?.text === 'STRICT')) {
    return [];
  }
  const caller = workloadsByName(after).get(from);
  const hasProxy = caller && membershipOf(caller, after) !== Membership.NONE;
  const { kind, key } = mode.resource;
  return [`${kind} ${key} requires mutual TLS now${hasProxy ? '' : ', and the caller has no proxy'}`];
}

const workloadsByName = memo(
  ({ workloads }: Cluster): ReadonlyMap<string, Workload> =>
    new Map([...workloads.all].reverse().map(each => [`${each.namespace}/${each.name}`, each])),
);
