import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from './pod-object';
import type { Tools } from './tools';

/** Images that are replaced by real programs, with the arguments of each besides those of the container. */
const PROGRAMS: readonly { readonly image: RegExp; readonly tool: string; readonly args: readonly string[] }[] = [
  { image: /^krakend:/, tool: 'lura', args: [] },
  { image: /\/envoyproxy\/ratelimit:/, tool: 'ratelimit', args: [] },
  { image: /^lab\/redis$/, tool: 'redis-server', args: ['--port', '6379', '--protected-mode', 'no', '--save', ''] },
];

/** A command line and its environment. */
export interface Program {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
}

/** The program that replaces a container's image; undefined if that is the app, which reports its requests. */
export function programOf(tools: Tools, container: Container, root: string): Program | undefined {
  const program = PROGRAMS.find(({ image }) => image.test(container.image ?? ''));
  if (!program) {
    return undefined;
  }
  const inRoot = (value: string) =>
    value.startsWith('/') && existsSync(join(root, value)) ? join(root, value) : value;
  return {
    command: [tools.path(program.tool), ...program.args, ...(container.args ?? []).map(inRoot)],
    env: Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, inRoot(value)])),
  };
}
