import { relative } from 'node:path';
import { printableLine, readManifests, readTemplates } from '../../lib/manifests';

/** The output folders, and the findings of synthesis. */
export interface Outcome {
  readonly manifests: string;
  readonly templates: string;
  readonly findings: readonly string[];
  readonly seconds: number;
}

/** A readable summary of the output: files, objects by kind, cloud resources, findings, time. */
export function summarize({ manifests, templates, findings, seconds }: Outcome): string {
  const lines: [string, string][] = [
    ...readManifests(manifests).map(({ path, objects }): [string, string] => [
      `${relative(process.cwd(), manifests)}/${path}`,
      byCount(objects.map(object => object.kind)),
    ]),
    ...readTemplates(templates).map(({ stack, resources }): [string, string] => [
      `${relative(process.cwd(), templates)}/${stack}`,
      byCount(resources.map(resource => resource.Type.replace(/^AWS::/, ''))),
    ]),
    ['findings', findings.length === 0 ? 'none' : String(findings.length)],
    ['time', `${seconds.toFixed(1)} s`],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [...lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`), ...findings.map(finding => `  ${finding}`)]
    .map(line => `${printableLine(line)}\n`)
    .join('');
}

function byCount(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  kinds.forEach(kind => counts.set(kind, (counts.get(kind) ?? 0) + 1));
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}
