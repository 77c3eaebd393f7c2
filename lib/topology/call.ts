import type { Callee } from './callee';
import { Mistake } from './mistake';
import { requireEnvironmentVariable } from './names';
import type { Operation } from './operation';
import type { Port } from './port';
import type { Service } from './service';
import { requireTenableTerms, type Terms } from './terms';

/** The terms of a {@link Call}, and what it may ask. */
export interface CallProps extends Terms {
  /**
   * The number of the callee's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The environment variable that tells the caller the callee's address, as `host:port`.
   * @default - the caller knows it otherwise
   */
  readonly address?: string;
  /**
   * The only operations that the call may use. Everything else is refused with 403.
   * @default - all
   */
  readonly only?: Operation[];
}

/**
 * The fact that one service calls another. In the cluster: a rule of the callee's AuthorizationPolicy and
 * NetworkPolicy, a host of the caller's Sidecar, and the caller's terms in the callee's VirtualService.
 */
export class Call {
  /** The callee's port. */
  readonly port: Port;
  /**
   * The environment variable of the caller's containers with the callee's address, as `host:port`; undefined for none.
   */
  readonly address?: string;
  /**
   * The operations that the call allows: methods and paths in the AuthorizationPolicy of the callee. Undefined for all.
   */
  readonly only?: Operation[];
  /** The timeout, retries and faults of the call. */
  readonly terms: Terms;

  constructor(
    /** The service that sends the requests. */
    readonly caller: Service,
    /** The service, of the topology or outside, that receives them. */
    readonly callee: Callee,
    props: CallProps,
  ) {
    const where = `${caller.path} → ${callee.name}`;
    this.port = props.port === undefined ? callee.firstPort(where) : callee.port(props.port, where);
    this.address = props.address;
    this.only = props.only;
    this.terms = { timeout: props.timeout, retries: props.retries, faults: props.faults };

    if (props.address !== undefined) {
      requireEnvironmentVariable(where, props.address);
      this.refuseAddressOfExisting(where, props.address);
    }
    requireTenableTerms(where, this.terms);
    if (!this.port.carriesRequests) {
      this.refuseWhatNeedsRequests(where);
    }
    if (props.only?.length === 0) {
      throw new Mistake({
        code: 'EmptyCall',
        where,
        problem: 'The call may use no operation at all.',
        remedy: 'Name operations in `only`, leave `only` out to allow all, or leave out the call.',
      });
    }
  }

  /** The callee's address as the caller would dial it. */
  get calleeAddress(): string {
    return `${this.callee.hostSeenFrom(this.caller.namespace)}:${this.port.number}`;
  }

  private refuseAddressOfExisting(where: string, address: string): void {
    if (this.caller.exists) {
      throw new Mistake({
        code: 'NoEffect',
        where,
        problem: `The pods of ${this.caller.name} exist already, so nothing here sets their variable ${address}.`,
        remedy: 'Leave `address` out, and set the variable where the pods are declared.',
      });
    }
  }

  private refuseWhatNeedsRequests(where: string): void {
    const asked = [...Object.entries(this.terms).filter(([, value]) => value !== undefined).map(([name]) => name), ...(this.only ? ['only'] : [])];
    if (asked.length > 0) {
      throw new Mistake({
        code: 'NoRequests',
        where,
        problem: `Port ${this.port.number} of ${this.callee.name} speaks ${this.port.protocol}, which has no requests to apply ${asked.join(', ')} to.`,
        remedy: 'Leave these out, or declare the port as http, http2 or grpc if that is what it speaks.',
      });
    }
  }
}
