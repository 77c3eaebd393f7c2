import { readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
const ENOUGH = 8192;

/**
 * Raises the kernel's limit of file watches per user, which about fifty pods exceed: the agents of all proxies watch
 * files as one user. Returns a function that restores it.
 */
export function raiseInotifyLimit(): () => void {
  const before = readFileSync(FILE, 'utf8');
  if (Number(before) >= ENOUGH) {
    return () => undefined;
  }
  writeFileSync(FILE, String(ENOUGH));
  return () => writeFileSync(FILE, before);
}
