import { dirname, sep } from 'node:path';

const LIBRARY = dirname(__dirname) + sep;

/**
 * The error, whose stack has the frames of the user's own files alone: those of this library, of packages and of Node
 * do not help to find the declaration.
 */
export function withUserFrames<E extends Error>(error: E): E {
  // The user's line may be below more frames of this library than an error has by default.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  Error.captureStackTrace(error);
  Error.stackTraceLimit = limit;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter(line => /^\s+at .*[/\\]/.test(line))
    .filter(line => !line.includes(LIBRARY) && !line.includes('node_modules') && !line.includes('node:internal'));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}
