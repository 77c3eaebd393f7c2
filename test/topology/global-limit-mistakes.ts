import { CallerKey, FailureMode, type GlobalRateLimit, Operation, Period, Port, Topology } from '../../lib';

type Row = [string, string, string[], () => unknown];

const GLOBAL = { requests: 5, per: Period.MINUTE, failureMode: FailureMode.FAIL_CLOSED };

function limiterAnd(port: Port) {
  const topology = new Topology('shop');
  const redis = topology.addService('redis', { image: 'example/redis:1', port: Port.tcp(6379) });
  const cart = topology.addService('cart', { image: 'example/cart:1', port });
  return { topology, redis, cart, rateLimiter: topology.addRateLimiter('limiter', { redis }) };
}

function globallyLimited(...limits: Partial<GlobalRateLimit>[]): void {
  const { cart, rateLimiter } = limiterAnd(Port.http(80));
  limits.forEach(each => {
    cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter, ...each });
  });
}

/** Global rate limits of services that nothing would count. */
export const GLOBAL_LIMIT_MISTAKES: Row[] = [
  [
    'a global rate limit of one operation twice',
    'Duplicate',
    ['The global rate limit of GET /a/{y} is declared twice'],
    () => {
      globallyLimited({ operation: Operation.http('GET /a/{x}') }, { operation: Operation.http('GET /a/{y}') });
    },
  ],
  [
    'a global rate limit per caller twice',
    'Duplicate',
    ['The global rate limit per header x-tenant of all requests is declared twice'],
    () => {
      globallyLimited({ perCaller: CallerKey.header('x-tenant') }, { perCaller: CallerKey.header('x-tenant') });
    },
  ],
  [
    'a global rate limit per caller by a header that no request has',
    'InvalidHeader',
    ['"X-Tenant" is not a lower-case HTTP header name'],
    () => CallerKey.header('X-Tenant'),
  ],
  [
    'a global rate limit of connections',
    'NoRequests',
    ['no port carries requests'],
    () => {
      const { cart, rateLimiter } = limiterAnd(Port.tcp(5432));
      cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter });
    },
  ],
  [
    'a global rate limit of no requests',
    'OutOfRange',
    ['The number of requests is 0'],
    () => {
      globallyLimited({ requests: 0 });
    },
  ],
  [
    'global rate limits with different failure modes',
    'Contradiction',
    ['one limit is fail-closed and another one fail-open'],
    () => {
      globallyLimited({}, { operation: Operation.http('GET /'), failureMode: FailureMode.FAIL_OPEN });
    },
  ],
  [
    'global rate limits of two limiters',
    'Contradiction',
    ['counted by limiter and by other'],
    () => {
      const { cart, rateLimiter, topology, redis } = limiterAnd(Port.http(80));
      cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter });
      cart.addGlobalRateLimit({
        ...GLOBAL,
        rateLimiter: topology.addRateLimiter('other', { redis }),
        operation: Operation.http('GET /'),
      });
    },
  ],
  [
    'a global rate limit by a service that does not count',
    'NoRateLimiter',
    ['redis is not a rate limiter of the topology'],
    () => {
      const { cart, redis } = limiterAnd(Port.http(80));
      cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter: redis });
    },
  ],
  [
    'a global rate limit by a limiter that is deployed elsewhere',
    'NoRateLimiter',
    ['limits is not a rate limiter of the topology'],
    () => {
      const { cart, topology } = limiterAnd(Port.http(80));
      const rateLimiter = topology.addService('limits', {
        port: Port.grpc(8081, { service: 'envoy.service.ratelimit.v3.RateLimitService' }),
        existingWorkload: { labels: { app: 'limits' }, serviceAccount: 'limits' },
      });
      cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter });
    },
  ],
  [
    'a global rate limit by an external host',
    'NoRateLimiter',
    ['limits is not a rate limiter of the topology'],
    () => {
      const { cart, topology } = limiterAnd(Port.http(80));
      const rateLimiter = topology.addExternalService('limits', {
        host: 'limits.example',
        port: Port.grpc(8081, { service: 'envoy.service.ratelimit.v3.RateLimitService' }),
      });
      cart.addGlobalRateLimit({ ...GLOBAL, rateLimiter });
    },
  ],
  [
    'a global rate limit of the limiter itself',
    'Contradiction',
    ['limiter would call itself'],
    () => {
      const { rateLimiter } = limiterAnd(Port.http(80));
      rateLimiter.addGlobalRateLimit({ ...GLOBAL, rateLimiter });
    },
  ],
];
