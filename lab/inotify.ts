import { readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
const ENOUGH = 8192;

/** Every proxy's agent watches files, and all of them are one user: the kernel's usual limit ends the lab at some fifty pods. Gives back how to undo it. */
export function raiseInotifyLimit(): () => void {
  const before = readFileSync(FILE, 'utf8');
  if (Number(before) >= ENOUGH) {
    return () => undefined;
  }
  writeFileSync(FILE, String(ENOUGH));
  return () => writeFileSync(FILE, before);
}
