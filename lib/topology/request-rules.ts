import { duplicate } from './duplicate';
import { given } from './given';
import { type GlobalRateLimit, validateGlobalRateLimit } from './global-rate-limit';
import type { Operation } from './operation';
import type { Port } from './port';
import type { RateLimit } from './rate-limit';
import { type ServiceAuthProps, validateServiceAuth } from './service-auth';
import { ValidationError } from './validation-error';

/** The part of a service that its request rules refer to. */
interface Requested {
  readonly path: string;
  readonly name: string;
  readonly ports: readonly Port[];
  readonly inMesh: boolean;
  readonly isForeign: boolean;
}

/** Which requests of a service a rate limit counts. */
export interface ServiceRateLimitProps {
  /**
   * The operation whose requests are counted, besides the limit of all requests. The most specific operation of a
   * request decides.
   * @default - all requests
   */
  readonly operation?: Operation;
}

/** A limit on the requests that each pod of a service accepts. */
export interface ServiceRateLimit extends ServiceRateLimitProps {
  /** The rate that is allowed. */
  readonly limit: RateLimit;
}

/** What the proxies of a service require of requests, besides the identity of the caller. */
export class RequestRules {
  private required?: ServiceAuthProps;
  private readonly limits: ServiceRateLimit[] = [];
  private readonly globalLimits: GlobalRateLimit[] = [];

  constructor(private readonly service: Requested) {}

  get auth(): ServiceAuthProps | undefined {
    return this.required;
  }

  get rateLimits(): readonly ServiceRateLimit[] {
    return this.limits;
  }

  get globalRateLimits(): readonly GlobalRateLimit[] {
    return this.globalLimits;
  }

  requireAuth(props: ServiceAuthProps): void {
    const { path, ports } = this.service;
    if (this.required) {
      throw duplicate(path, 'Its authentication is declared already.', 'Call requireAuth once.');
    }
    const declared = given(props);
    validateServiceAuth(path, ports, declared);
    this.requireProxy('verify tokens', 'verify tokens in the application');
    this.required = declared;
  }

  addRateLimit(limit: RateLimit, { operation }: ServiceRateLimitProps): void {
    this.requireCountable('rate limit', operation, this.limits);
    this.limits.push({ limit, operation });
  }

  addGlobalRateLimit(limit: GlobalRateLimit): void {
    const { operation, perCaller } = limit;
    const others = this.globalLimits.filter(each => each.perCaller?.name === perCaller?.name);
    this.requireCountable(`global rate limit${perCaller ? ` per ${perCaller.name}` : ''}`, operation, others);
    validateGlobalRateLimit(this.service, limit, this.globalLimits);
    this.globalLimits.push(limit);
  }

  /** Rejects a limit that no proxy of the service could apply, or that is declared already. */
  private requireCountable(
    what: string,
    operation: Operation | undefined,
    others: readonly { readonly operation?: Operation }[],
  ): void {
    const { path, name, ports, isForeign } = this.service;
    if (!ports.some(port => port.carriesRequests)) {
      throw new ValidationError({
        code: 'NoRequests',
        path,
        summary: 'A rate limit counts requests, and no port carries requests.',
        fix: 'Declare a port as http, http2 or grpc, or limit connections by addCircuitBreaker.',
      });
    }
    this.requireProxy('count requests', 'limit requests in the application');
    if (isForeign) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `The pods of ${name} belong to another owner, who limits their requests.`,
        fix: 'Leave the rate limit out, or declare it where the namespace is owned.',
      });
    }
    if (others.some(each => each.operation?.requests === operation?.requests)) {
      throw duplicate(
        path,
        `The ${what} of ${operation ? String(operation) : 'all requests'} is declared twice.`,
        'Keep one of the two.',
      );
    }
  }

  private requireProxy(purpose: string, alternative: string): void {
    const { path, name, inMesh } = this.service;
    if (!inMesh) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `${name} has no proxy that could ${purpose}.`,
        fix: `Put it in the mesh, or ${alternative}.`,
      });
    }
  }
}
