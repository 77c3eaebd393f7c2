import { execFileSync } from 'node:child_process';
import { loadAll } from 'js-yaml';
import { ValidationError } from '../topology';

/** A chart with its release, namespace and values. */
export interface HelmTemplate {
  /** A folder, an `oci://` address, or the name of a chart in `repository`. */
  readonly chart: string;
  /** The repository of a chart that is referred to by name. */
  readonly repository?: string;
  /** The exact version; a folder has its own. */
  readonly version?: string;
  readonly release: string;
  readonly namespace: string;
  readonly values: object;
  /** The helm executable. */
  readonly helm: string;
}

/**
 * The objects of a chart, as `helm template` renders them: with values on standard input, so that no temporary file is
 * left; without the local kubeconfig; and with a pinned version.
 */
export function helmTemplate({
  chart,
  repository,
  version,
  release,
  namespace,
  values,
  helm,
}: HelmTemplate): Record<string, unknown>[] {
  const isFolder = /^[./]/.test(chart);
  if (!isFolder && !/^v?\d+\.\d+\.\d+/.test(version ?? '')) {
    throw new ValidationError({
      code: 'UnpinnedChart',
      path: `chart ${chart}`,
      summary:
        `The version of the chart ${chart} is ${version ? `"${version}"` : 'not set'}, so each synthesis `
        + 'could render a different one.',
      fix: 'Set an exact version, e.g. "1.30.0".',
    });
  }
  const args = [
    'template',
    release,
    chart,
    '--namespace',
    namespace,
    '--include-crds',
    '--skip-tests',
    '--values',
    '-',
    ...(repository ? ['--repo', repository] : []),
    ...(version ? ['--version', version] : []),
  ];
  const documents = loadAll(run(helm, args, JSON.stringify(values))) as (Record<string, unknown> | null)[];
  return documents.filter(document => document !== null);
}

function run(helm: string, args: string[], input: string): string {
  try {
    return execFileSync(helm, args, {
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: 'pipe',
      env: { ...process.env, KUBECONFIG: '/dev/null' },
    });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new ValidationError({
      code: 'HelmFailed',
      path: `chart ${args[2]}`,
      summary:
        code === 'ENOENT'
          ? `The helm executable "${helm}" does not exist.`
          : `helm failed to render the chart: ${stderr?.trim()}`,
      fix: code === 'ENOENT' ? 'Install helm 3, or set `executable`.' : 'Correct the chart, its version or its values.',
    });
  }
}
