import type { Duration } from 'cdk8s';
import { requireDuration } from './numbers';
import type { Operation } from './operation';
import { ValidationError } from './validation-error';

interface Cached {
  readonly operation: Operation;
  readonly cacheTtl?: Duration;
}

/** Rejects a cache for requests other than GET, or for less than whole seconds. */
export function requireCacheable(path: string, { operation, cacheTtl }: Cached): void {
  requireDuration(path, 'The cache time of responses', cacheTtl);
  const seconds = cacheTtl?.toMilliseconds() ?? 1000;
  if ((cacheTtl && operation.method !== 'GET') || seconds < 1000 || seconds % 1000 > 0) {
    throw new ValidationError({
      code: 'Uncacheable',
      path,
      summary:
        operation.method === 'GET'
          ? `Its responses would be cached for ${cacheTtl?.toHumanString()}.`
          : `Responses to ${operation.method ?? 'ANY'} cannot be cached.`,
      fix: 'Cache GET requests, for whole seconds.',
    });
  }
}
