import type { Callee } from '../topology';

/** The host of another Service of a callee: of a version, or of the pods of a rollout. */
export function hostBeside({ name, host }: Pick<Callee, 'name' | 'host'>, service: string): string {
  return `${service}${host.slice(name.length)}`;
}
