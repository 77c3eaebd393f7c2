import { spawnSync } from 'node:child_process';
import { isMap, Kind, type KubernetesObject, type Resource, resourcesOf } from '../../lib/manifests';

/** What runs in a cluster. */
export interface ClusterReading {
  readonly resources: readonly Resource[];
  /** What could not be read, as kubectl states it. */
  readonly errors: readonly string[];
  /** What is not read and need not be, one sentence each. */
  readonly notes: readonly string[];
  /** Types that exist and of which nothing was read. */
  readonly unreadTypes: readonly string[];
}

/** Groups that are read with all their kinds. */
const GROUPS = /\.istio\.io$|\.gateway\.(networking\.k8s|envoyproxy)\.io$/;
const TYPES: ReadonlySet<string> = new Set<string>(Object.values(Kind));
/** Releases of Helm are Secrets too, of up to a megabyte each. */
const WITHOUT_RELEASES = '--field-selector=type!=helm.sh/release.v1';

/**
 * The objects of all namespaces that the checks evaluate, read with kubectl. Secrets are unknown without the right to
 * list them.
 * @param context of the kubeconfig; the current one by default
 */
export function readCluster(context?: string): ClusterReading {
  const options = ['--request-timeout=60s', ...(context === undefined ? [] : [`--context=${context}`])];
  const discovered = kubectl('api-resources', '--verbs=list', '--no-headers', ...options);
  const kinds = discovered.output.split('\n').flatMap(kindsIn);
  const get = (found: readonly Listed[], ...more: readonly string[]) =>
    found.length === 0
      ? NOTHING
      : kubectl('get', found.map(each => each.name).join(), '--all-namespaces', '--output=json', ...more, ...options);
  const others = get(kinds.filter(({ type }) => type !== Kind.SECRET));
  const secrets =
    others.output === ''
      ? NOTHING
      : get(
          kinds.filter(({ type }) => type === Kind.SECRET),
          WITHOUT_RELEASES,
        );
  const areSecretsUnread = secrets.problem !== undefined;
  return {
    resources: resourcesOf([others, secrets].flatMap(({ output }) => objectsIn(output))),
    errors: [discovered, others].flatMap(({ problem }) => problem ?? []),
    notes: areSecretsUnread ? [`Secrets are not read: ${secrets.problem}`] : [],
    unreadTypes: areSecretsUnread ? [Kind.SECRET] : [],
  };
}

interface Listed {
  /** As kubectl reads it, e.g. `gateways.networking.istio.io`. */
  readonly name: string;
  readonly type: string;
}

/** The kind in a line of `kubectl api-resources`, if it is evaluated: NAME, SHORTNAMES, APIVERSION, NAMESPACED, KIND. */
function kindsIn(line: string): Listed[] {
  const columns = line.trim().split(/\s+/);
  const [name = '', apiVersion = '', , kind = ''] = [columns[0], ...columns.slice(-3)];
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  const type = `${kind}${group}`;
  return columns.length >= 4 && (TYPES.has(type) || GROUPS.test(group)) ? [{ name: `${name}${group}`, type }] : [];
}

interface Output {
  /** What kubectl could read, although it may have failed for the rest. */
  readonly output: string;
  readonly problem?: string;
}

const NOTHING: Output = { output: '' };
/** What the libraries of kubectl log beside its message. */
const LOG_LINE = /^[EWI]\d{4} \d\d:/;
const MAX_BYTES = 512 * 1024 * 1024;

function kubectl(...args: readonly string[]): Output {
  const { error, status, signal, stdout, stderr } = spawnSync('kubectl', args, {
    encoding: 'utf8',
    env: process.env,
    maxBuffer: MAX_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) {
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const reason = isMissing ? 'kubectl is not installed, and --cluster reads with it.' : `kubectl: ${error.message}`;
    return { output: '', problem: reason };
  }
  if (args[0] === 'get' && stdout !== '' && !stdout.startsWith('{')) {
    return { output: '', problem: 'kubectl get: its output is not JSON.' };
  }
  const reasons = [...new Set(stderr.trim().split('\n'))].filter(each => each !== '' && !LOG_LINE.test(each)).join(' ');
  return status === 0
    ? { output: stdout }
    : { output: stdout, problem: `kubectl ${args[0]}: ${reasons || `exit code ${status ?? signal}`}` };
}

function objectsIn(output: string): KubernetesObject[] {
  const list: unknown = output === '' ? {} : JSON.parse(output);
  const items: unknown = isMap(list) ? list.items : [];
  return Array.isArray(items) ? items.filter(isObject) : [];
}

function isObject(value: unknown): value is KubernetesObject {
  return (
    isMap(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isMap(value.metadata)
  );
}
