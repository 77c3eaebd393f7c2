import type { ErrorEntry } from './entry';

/** Calls, and what holds for their requests: retries, timeouts, splits. */
export const TRAFFIC_ERRORS = [
  {
    id: 'EmptyCall',
    summary: 'A call that is allowed no operation',
    explanation:
      'The caller could send nothing. Name operations, leave the list out to allow all, or leave the call out.',
  },
  {
    id: 'NoRequests',
    summary: 'Something about requests on a port that carries connections only',
    explanation:
      'Timeouts, retries, routes and limits apply to HTTP and gRPC requests; on a port of TCP or TLS the proxy '
      + 'sees bytes. Declare the port as http, http2 or grpc if that is its protocol.',
  },
  {
    id: 'NothingToRetry',
    summary: 'Retries without a failure to retry on',
    explanation:
      'Istio would then retry on its own defaults. Name failures, leave the list out for the usual ones, or use '
      + '`attempts: 0`.',
  },
  {
    id: 'RetriesExceedTimeout',
    summary: 'Retries of which the last can never begin before the timeout',
    explanation:
      'The timeout limits the request with all its retries. Raise it, lower the per-try timeout, or allow fewer '
      + 'retries.',
  },
  {
    id: 'WeightsDoNotSum',
    summary: 'A split whose percentages do not sum to 100',
    explanation:
      'Istio uses weights relative to their sum, so the shares would differ from the declared ones. Give '
      + 'percentages with at most 4 decimals that sum to 100.',
  },
] as const satisfies readonly ErrorEntry[];
