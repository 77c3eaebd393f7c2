import { type Declaring, requireDeclaring } from './declaring';
import type { Callee } from './callee';
import { Mistake } from './mistake';
import { requireEnvironmentVariable } from './names';
import type { Operation } from './operation';
import type { Port } from './port';
import type { Service } from './service';
import { namesIn } from './property-table';
import { requireTenableTerms, type Terms, termsOf } from './terms';

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

  /** The callee's address as the caller would dial it. */
  get calleeAddress(): string {
    return `${this.callee.hostSeenFrom(this.caller.namespace)}:${this.port.number}`;
  }
}

/** What holds for one property of a call that is no part of its terms. */
interface CallProperty {
  /** Whether it has a meaning on ports that carry requests alone, as all terms have. */
  readonly needsRequests: boolean;
  /** Refuses a value that cannot hold. */
  readonly validate: (where: string, call: Call) => void;
}

const BESIDE_TERMS = {
  // The callee has refused a port that it does not have.
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
      problem: `The pods of ${caller.name} exist already, so nothing here sets their variable ${address}.`,
      remedy: 'Leave `address` out, and set the variable where the pods are declared.',
    });
  }
}

function requireOperations(where: string, { only }: Call): void {
  if (only?.length === 0) {
    throw new Mistake({
      code: 'EmptyCall',
      where,
      problem: 'The call may use no operation at all.',
      remedy: 'Name operations in `only`, leave `only` out to allow all, or leave out the call.',
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
      problem: `Port ${call.port.number} of ${call.callee.name} speaks ${call.port.protocol}, which has no requests to apply`
        + ` ${names.join(', ')} to.`,
      remedy: 'Leave these out, or declare the port as http, http2 or grpc if that is what it speaks.',
    });
  }
}
