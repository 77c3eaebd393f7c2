import { RATE_LIMIT_SERVICE } from './global-rate-limit';
import { Health } from './workload/health';
import { Port } from './port';
import type { Service } from './service';
import type { ServiceProps } from './service-props';

/** Properties of a rate limiter. */
export interface RateLimiterProps {
  /** The Redis that stores the counts, which all pods of the limiter share. */
  readonly redis: Service;
  /**
   * The container image of `envoyproxy/ratelimit`.
   * @default - the tested version
   */
  readonly image?: string;
  /**
   * The namespace it runs in.
   * @default - the topology's
   */
  readonly namespace?: string;
}

const IMAGE = 'docker.io/envoyproxy/ratelimit:17b1956c';

/**
 * The service that counts requests, for gateways and for the proxies of services: Envoy's rate limit service.
 * @see https://github.com/envoyproxy/ratelimit
 */
export function rateLimiter({ image = IMAGE, namespace }: RateLimiterProps): ServiceProps {
  return {
    namespace,
    image,
    runAsUser: 65534,
    port: Port.grpc(8081, { service: RATE_LIMIT_SERVICE, methods: ['ShouldRateLimit'] }),
    command: ['/bin/ratelimit'],
    health: Health.grpc(),
    env: {
      USE_STATSD: 'false',
      REDIS_SOCKET_TYPE: 'tcp',
      REDIS_TYPE: 'SINGLE',
      RUNTIME_ROOT: '/data',
      RUNTIME_SUBDIRECTORY: 'ratelimit',
      RUNTIME_WATCH_ROOT: 'false',
      RUNTIME_IGNOREDOTFILES: 'true',
    },
    resources: { cpu: '100m', memory: '64Mi', memoryLimit: '256Mi' },
  };
}
