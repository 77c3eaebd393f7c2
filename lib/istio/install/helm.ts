import { execFileSync } from 'node:child_process';
import { loadAll } from 'js-yaml';
import { Mistake } from '../../topology';

/** A chart, and what to render it with. */
export interface HelmTemplate {
  /** A folder, an `oci://` address, or the name of a chart in `repository`. */
  readonly chart: string;
  /** The chart repository of a chart given by name. */
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
 * The objects of a chart, as `helm template` renders them: values through standard input, so that nothing is left behind; nothing
 * from the local kubeconfig; and a version that must be pinned.
 */
export function helmTemplate({ chart, repository, version, release, namespace, values, helm }: HelmTemplate): Record<string, unknown>[] {
  const isFolder = /^[./]/.test(chart);
  if (!isFolder && !/^v?\d+\.\d+\.\d+/.test(version ?? '')) {
    throw new Mistake({
      code: 'UnpinnedChart',
      where: `chart ${chart}`,
      problem: `The version of the chart ${chart} is ${version ? `"${version}"` : 'not given'}, so each synthesis could render another one.`,
      remedy: 'Give an exact version, e.g. "1.30.0".',
    });
  }
  const args = [
    'template', release, chart, '--namespace', namespace, '--include-crds', '--skip-tests', '--values', '-',
    ...(repository ? ['--repo', repository] : []),
    ...(version ? ['--version', version] : []),
  ];
  const documents = loadAll(run(helm, args, JSON.stringify(values))) as (Record<string, unknown> | null)[];
  return documents.filter(document => document !== null);
}

function run(helm: string, args: string[], input: string): string {
  try {
    return execFileSync(helm, args, { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: 'pipe', env: { ...process.env, KUBECONFIG: '/dev/null' } });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new Mistake({
      code: 'HelmFailed',
      where: `chart ${args[2]}`,
      problem: code === 'ENOENT' ? `There is no helm executable "${helm}".` : `helm could not render the chart: ${stderr?.trim()}`,
      remedy: code === 'ENOENT' ? 'Install helm 3, or name the executable.' : 'Correct the chart, its version or its values.',
    });
  }
}
