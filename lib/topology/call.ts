import { type Declaring, requireDeclaring } from './declaring';
import type { Callee } from './callee';
import { Mistake } from './mistake';
import { requireEnvironmentVariable } from './names';
import type { Operation } from './operation';
import type { Port } from './port';
import type { Service } from './service';
import { namesIn } from './property-table';
import { requireTenableTerms, type Terms, termsOf } from './terms';

/** Properties of a {@link Call}: its policy, and the operations that it may use. */
export interface CallProps extends Terms {
  /**
   * The number of the callee's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The environment variable of the caller that is set to the callee's address, as `host:port`.
   * @default - no variable is set
   */
  readonly address?: string;
  /**
   * The only operations that the call may use. Any other is denied with 403.
   * @default - all
   */
  readonly only?: Operation[];
}

/**
 * The fact that one service calls another. In the cluster: a rule of the callee's AuthorizationPolicy and
 * NetworkPolicy, a host of the caller's Sidecar, and a route with the caller's timeout, retries and faults in the
 * callee's VirtualService.
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
    declaring: Declaring,
    /** The service that sends the requests. */
    readonly caller: Service,
    /** The service, of the topology or outside, that receives them. */
    readonly callee: Callee,
    props: CallProps,
  ) {
    requireDeclaring(declaring, 'Call', 'service.calls(…)');
    const where = `${caller.path} → ${callee.name}`;
    this.port = props.port === undefined ? callee.firstPort(where) : callee.port(props.port, where);
    this.address = props.address;
    this.only = props.only;
    this.terms = termsOf(props);

    Object.values(BESIDE_TERMS).forEach(({ validate }) => { validate(where, this); });
    requireTenableTerms(where, this.terms);
    if (!this.port.carriesRequests) {
      refuseWhatNeedsRequests(where, this);
    }
  }

  /** The address at which the caller connects to the callee. */
  get calleeAddress(): string {
    return `${this.callee.hostSeenFrom(this.caller.namespace)}:${this.port.number}`;
  }
}

/** The validation of one property of a call besides its timeout, retries and faults. */
interface CallProperty {
  /** Whether it applies to ports that carry requests alone, as timeout, retries and faults do. */
  readonly needsRequests: boolean;
  /** Rejects an invalid value. */
  readonly validate: (where: string, call: Call) => void;
}

const BESIDE_TERMS = {
  // The callee rejects a port that it does not have.
  port: { needsRequests: false, validate: () => undefined },
  address: { needsRequests: false, validate: requireSettableAddress },
  only: { needsRequests: true, validate: requireOperations },
} satisfies { readonly [K in Exclude<keyof CallProps, keyof Terms>]-?: CallProperty };

function requireSettableAddress(where: string, { address, caller }: Call): void {
  if (address === undefined) {
    return;
  }
  requireEnvironmentVariable(where, address);
  if (caller.exists) {
    throw new Mistake({
      code: 'NoEffect',
      where,
      problem: `The pods of ${caller.name} exist already, so this topology cannot set their variable ${address}.`,
      remedy: 'Leave `address` out, and set the variable where the pods are declared.',
    });
  }
}

function requireOperations(where: string, { only }: Call): void {
  if (only?.length === 0) {
    throw new Mistake({
      code: 'EmptyCall',
      where,
      problem: 'The call allows no operation.',
      remedy: 'List operations in `only`, leave `only` out to allow all, or leave out the call.',
    });
  }
}

function refuseWhatNeedsRequests(where: string, call: Call): void {
  const beside = namesIn(BESIDE_TERMS).filter(name => BESIDE_TERMS[name].needsRequests && call[name] !== undefined);
  const names = [...namesIn(call.terms).filter(name => call.terms[name] !== undefined), ...beside];
  if (names.length > 0) {
    throw new Mistake({
      code: 'NoRequests',
      where,
      problem: `Port ${call.port.number} of ${call.callee.name} uses ${call.port.protocol}, which has no requests to apply`
        + ` ${names.join(', ')} to.`,
      remedy: 'Leave these out, or declare the port as http, http2 or grpc if that is its protocol.',
    });
  }
}
