import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What the schemas of Kubernetes, Istio and the Gateway API say against these objects. */
export function problemsOf(objects: readonly unknown[]): string[] {
  const output = execFileSync(process.execPath, [join(__dirname, 'validate.mjs')], {
    input: JSON.stringify(objects),
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
}
