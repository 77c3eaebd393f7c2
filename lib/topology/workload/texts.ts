import { ValidationError } from '../validation-error';

/** Rejects texts that Kubernetes accepts but no process can start with: Linux ends them at the first NUL. */
export function requireNoNul(path: string, texts: readonly string[]): void {
  const wrong = texts.find(text => text.includes('\0'));
  if (wrong !== undefined) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: `${JSON.stringify(wrong)} contains NUL, with which no container starts.`,
      fix: 'Take it out of `env`, `command` and `args`, or mount a file.',
    });
  }
}

/** Rejects an empty command: the API server requires at least one text in the ones of probes and hooks. */
export function requireCommand(path: string, command: readonly string[]): void {
  if (command.length === 0) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: 'The command is empty.',
      fix: 'Give the program and its arguments, e.g. ["/bin/grpc_health_probe", "-addr=:9000"].',
    });
  }
  requireNoNul(path, command);
}

/** Rejects what is not an absolute path of a directory. */
export function requireAbsolutePath(where: string, path: string): void {
  if (!path.startsWith('/') || path.length < 2 || path.includes(':') || path.split('/').includes('..')) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${path}" is not an absolute path of a directory.`,
      fix: 'Give an absolute path without ":" and "..", e.g. "/data".',
    });
  }
}

/** Rejects what is not a path below a directory, as Kubernetes requires of paths inside volumes. */
export function requireRelativePath(where: string, path: string): void {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..')) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${path}" is not a path inside the volume.`,
      fix: 'Give a relative path without "..", e.g. "config/app.yaml".',
    });
  }
}
