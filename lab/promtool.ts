import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dump } from 'js-yaml';
import type { Lab } from './lab';

/** Runs promtool on a file; its output is in the error if it fails. The lab's kubelet runs meanwhile. */
export async function promtool(lab: Lab, command: readonly string[], file: string, content: object): Promise<void> {
  const path = join(lab.folder, file);
  writeFileSync(path, dump(content, { lineWidth: -1 }));
  await promisify(execFile)(lab.tools.path('promtool'), [...command, path]);
}
