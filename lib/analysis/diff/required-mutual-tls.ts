import { type Cluster, Membership, membershipOf, modeField, type Workload } from '../../manifests';

/**
 * Why a callee is closed to a caller, if its port requires mutual TLS after a change and did not before.
 * @param from the caller, as `NAMESPACE/NAME`, or clients outside
 * @param to the callee, as `NAMESPACE/NAME:PORT`
 */
export function requiredMutualTls(from: string, to: string, before: Cluster, after: Cluster): string[] {
  const [, name = to, port = ''] = /^(.*):(\d+)$/.exec(to) ?? [];
  const [was, callee] = [before, after].map(each => workloadNamed(name, each));
  const mode = callee && modeField(callee, after, Number(port));
  if (mode?.text !== 'STRICT' || (was && modeField(was, before, Number(port))?.text === 'STRICT')) {
    return [];
  }
  const caller = workloadNamed(from, after);
  const hasProxy = caller && membershipOf(caller, after) !== Membership.NONE;
  const { kind, key } = mode.resource;
  return [`${kind} ${key} requires mutual TLS now${hasProxy ? '' : ', and the caller has no proxy'}`];
}

function workloadNamed(text: string, { workloads }: Cluster): Workload | undefined {
  return workloads.all.find(({ namespace, name }) => `${namespace}/${name}` === text);
}
