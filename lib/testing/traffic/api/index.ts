import type { Cluster, Resource } from '../../../manifests';
import type { Message } from '../message';

/** What a managed API of the templates makes of a request. */
export interface ApiAnswer {
  readonly by: Resource;
  readonly status?: number;
  readonly reason: string;
  readonly message?: Message;
  readonly timeoutMs?: number;
  readonly steps: readonly string[];
}

/** Undefined, if no API of the templates has this host. */
export function throughManagedApi(_message: Message, _cluster: Cluster): ApiAnswer | undefined {
  return undefined;
}
