import type { Route } from '../topology';

/** The rate limits of routes, by route key, as settings of a stage of an HTTP or a WebSocket API. */
export function routeSettings(routes: Iterable<readonly [key: string, Route]>): Record<string, object> | undefined {
  const settings = [...routes].flatMap(([key, { rateLimit }]) =>
    rateLimit
      ? [
          [
            key,
            {
              DetailedMetricsEnabled: true,
              ThrottlingRateLimit: rateLimit.rate,
              ThrottlingBurstLimit: rateLimit.burst,
            },
          ] as const,
        ]
      : [],
  );
  return settings.length > 0 ? Object.fromEntries(settings) : undefined;
}
