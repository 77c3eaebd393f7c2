import { setTimeout as sleep } from 'node:timers/promises';
import { versionOf } from './file-version';

/** The time between two reads of the times of files, in milliseconds; they must be unchanged for as long before they are checked again. */
const INTERVAL = 300;

/**
 * Runs at once, and again whenever one of the files has changed, until the process is interrupted. The lines before and
 * after each run are those by which editors know where a report begins and ends.
 */
export async function watch(files: () => readonly string[], run: () => unknown): Promise<never> {
  for (;;) {
    const paths = files();
    const checked = versionOf(paths);
    process.stdout.write('Checking.\n');
    run();
    process.stdout.write('Checked. Waiting for changes of files.\n');
    await changed(paths, checked);
  }
}

/** Waits until files differ from a version, and are written no more. */
async function changed(paths: readonly string[], checked: string): Promise<void> {
  let last = checked;
  for (;;) {
    await sleep(INTERVAL);
    const version = versionOf(paths);
    if (version !== checked && version === last) {
      return;
    }
    last = version;
  }
}
