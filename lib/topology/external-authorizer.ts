import type { Duration } from 'cdk8s';
import { given } from './given';
import { requireHeaderName } from './names';
import { requirePositive } from './numbers';
import { FailureMode } from './per-client-rate-limit';
import { type Port, Protocol } from './port';
import type { Service } from './service';
import { ValidationError } from './validation-error';

/** Properties of an {@link ExternalAuthorizer}. */
export interface ExternalAuthorizerProps {
  /** The service that decides. */
  readonly service: Service;
  /**
   * The port of the service. A `grpc` port implements `envoy.service.auth.v3.Authorization`; an `http` port gets the
   * method, path and some headers of each request, and allows it by status 200.
   * @default - the first one
   */
  readonly port?: number;
  /**
   * The headers of requests that an authorizer with an `http` port gets, besides `authorization`. One with gRPC gets
   * all.
   * @default - none
   */
  readonly requestHeaders?: string[];
  /**
   * The time limit of a decision.
   * @default - that of the gateway
   */
  readonly timeout?: Duration;
  /**
   * What happens to requests while the authorizer is unavailable.
   * @default FailureMode.FAIL_CLOSED
   */
  readonly failureMode?: FailureMode;
}

/**
 * A service that decides for each request whether it is allowed, in addition to `auth`. In the cluster: Envoy's external
 * authorization at the gateway, and the permission for the gateway to call the service.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_authz_filter
 */
export class ExternalAuthorizer {
  /**
   * An authorizer in the cluster. `IstioInstallation` needs the topology in `topologies`: with Istio's gateway, requests
   * to an authorizer that is not in the mesh configuration are denied.
   */
  static of(props: ExternalAuthorizerProps): ExternalAuthorizer {
    const path = 'ExternalAuthorizer.of';
    const port = props.port === undefined ? props.service.firstPort(path) : props.service.port(props.port, path);
    if (![Protocol.GRPC, Protocol.HTTP].includes(port.protocol)) {
      throw new ValidationError({
        code: 'NoRequests',
        path,
        summary: `Port ${port.number} of ${props.service.name} uses ${port.protocol}, and gateways call authorizers by http or grpc.`,
        fix: 'Use a port declared as http or grpc.',
      });
    }
    if (props.requestHeaders && port.protocol === Protocol.GRPC) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'An authorizer with gRPC gets all headers, so `requestHeaders` has no effect.',
        fix: 'Remove `requestHeaders`.',
      });
    }
    props.requestHeaders?.forEach(header => {
      requireHeaderName(path, header);
    });
    requirePositive(path, 'The timeout', props.timeout);
    return new ExternalAuthorizer({ ...given(props), port });
  }

  /** No authorizer, for a route of an edge that has one. */
  static none(): ExternalAuthorizer {
    return new ExternalAuthorizer();
  }

  /** The service that decides; undefined for none. */
  readonly service?: Service;
  /** The port of the service; undefined without one. */
  readonly port?: Port;
  /** The headers of requests that the authorizer gets, besides `authorization`; undefined for none, or for gRPC. */
  readonly requestHeaders?: readonly string[];
  /** The time limit of a decision; undefined for that of the gateway. */
  readonly timeout?: Duration;
  /** What happens to requests while the authorizer is unavailable. */
  readonly failureMode: FailureMode;

  private constructor(props: Partial<Omit<ExternalAuthorizerProps, 'port'>> & { readonly port?: Port } = {}) {
    this.service = props.service;
    this.port = props.port;
    this.requestHeaders = props.requestHeaders;
    this.timeout = props.timeout;
    this.failureMode = props.failureMode ?? FailureMode.FAIL_CLOSED;
  }

  /** A text that is the same for authorizers with the same settings. */
  get key(): string {
    const { service, port, requestHeaders, timeout, failureMode } = this;
    return JSON.stringify([service?.path, port?.number, requestHeaders, timeout?.toMilliseconds(), failureMode]);
  }
}
