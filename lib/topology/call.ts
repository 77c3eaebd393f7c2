import { type Declaring, requireDeclaring } from './declaring';
import { addressVariablesOf, requireAddresses } from './address-variables';
import { duplicate } from './duplicate';
import { ValidationError } from './validation-error';
import { requireEnvironmentVariable } from './names';
import type { Operation } from './operation';
import type { Port } from './port';
import { namesIn } from './property-table';
import type { ICallee, IService } from './references';
import { type Slo, validateSlo } from './slo';
import { type CallPolicy, policiesOf, validateCallPolicy } from './call-policy';

/** Properties of a {@link Call}: its policy, and the operations that it may use. */
export interface CallProps extends CallPolicy {
  /**
   * The number of the callee's port.
   * @default - its first
   */
  readonly port?: number;
  /**
   * The environment variable of the caller that is set to the callee's address, as `host:port`.
   * @default - no variable is set
   */
  readonly addressEnvVar?: string;
  /**
   * Environment variables of the caller with texts in which `{host}` and `{port}` are those of the callee, e.g.
   * `{ CART_URL: 'http://{host}:{port}/api', CART_HOST: '{host}' }`. `$(NAME)` in a text is replaced with another
   * variable of the caller.
   * @default - no variables are set
   */
  readonly addressEnvVars?: { readonly [name: string]: string };
  /**
   * The only operations that the call may use. Any other is denied with 403. With `Mesh.istio()`, those of external
   * services need an egress gateway.
   * @default - all
   */
  readonly allowedOperations?: Operation[];
  /**
   * Objectives for the requests of this caller to this callee. In the cluster: as those of a service.
   * @default - none
   */
  readonly slo?: Slo;
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
  readonly addressEnvVar?: string;
  /** The texts of further variables of the caller, with `{host}` and `{port}`; undefined for none. */
  readonly addressEnvVars?: { readonly [name: string]: string };
  /**
   * The operations that the call allows: methods and paths in the AuthorizationPolicy of the callee. Undefined for all.
   */
  readonly allowedOperations?: Operation[];
  /** The objectives for its requests; undefined for none. */
  readonly slo?: Slo;
  /** The timeout, retries and faults of the call. */
  readonly policy: CallPolicy;
  /** The environment variables of the caller that the call sets. */
  readonly addressVariables: { readonly [name: string]: string };

  constructor(
    declaring: Declaring,
    /** The service that sends the requests. */
    readonly caller: IService,
    /** The service, of the topology or outside, that receives them. */
    readonly callee: ICallee,
    props: CallProps,
  ) {
    requireDeclaring(declaring, 'Call', 'service.calls(…)');
    const path = `${caller.path} → ${callee.name}`;
    this.port = props.port === undefined ? callee.firstPort(path) : callee.port(props.port, path);
    this.addressEnvVar = props.addressEnvVar;
    this.addressEnvVars = props.addressEnvVars;
    this.allowedOperations = props.allowedOperations;
    this.slo = props.slo;
    this.policy = policiesOf(props);

    Object.values(BESIDE_TERMS).forEach(({ validate }) => {
      validate(path, this);
    });
    validateCallPolicy(path, this.policy);
    rejectOperationsOfRewrites(path, this);
    if (!this.port.carriesRequests) {
      rejectWhatNeedsRequests(path, this);
    }
    this.addressVariables = addressVariablesOf(this, callee.hostNameIn(caller.namespace), this.port.number);
  }

  /** The address at which the caller connects to the callee. */
  get calleeAddress(): string {
    return `${this.callee.hostNameIn(this.caller.namespace)}:${this.port.number}`;
  }
}

/** The validation of one property of a call besides its timeout, retries and faults. */
interface CallProperty {
  /** Whether it applies to ports that carry requests alone, as timeout, retries and faults do. */
  readonly needsRequests: boolean;
  /** Rejects an invalid value. */
  readonly validate: (path: string, call: Call) => void;
}

const BESIDE_TERMS = {
  // The callee rejects a port that it does not have.
  port: { needsRequests: false, validate: () => undefined },
  addressEnvVar: { needsRequests: false, validate: requireSettableAddress },
  addressEnvVars: { needsRequests: false, validate: requireSettableTexts },
  allowedOperations: { needsRequests: true, validate: requireOperations },
  slo: { needsRequests: true, validate: requireMeasuredSlo },
} satisfies { readonly [K in Exclude<keyof CallProps, keyof CallPolicy>]-?: CallProperty };

function requireSettableAddress(path: string, { addressEnvVar: address, caller }: Call): void {
  if (address !== undefined) {
    requireEnvironmentVariable(path, address);
    requireOwnPods(path, address, caller);
  }
}

function requireSettableTexts(path: string, { addressEnvVars = {}, addressEnvVar, caller, callee }: Call): void {
  requireAddresses(path, addressEnvVars, callee);
  const [name] = Object.keys(addressEnvVars);
  if (name !== undefined) {
    requireOwnPods(path, name, caller);
  }
  if (addressEnvVar !== undefined && Object.hasOwn(addressEnvVars, addressEnvVar)) {
    throw duplicate(path, `The variable ${addressEnvVar} would have two values.`, 'Leave one of the two out.');
  }
}

function requireOwnPods(path: string, variable: string, caller: IService): void {
  if (caller.exists) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `The pods of ${caller.name} exist already, so this topology cannot set their variable ${variable}.`,
      fix: 'Leave it out, and set the variable where the pods are declared.',
    });
  }
}

function requireOperations(path: string, { allowedOperations }: Call): void {
  if (allowedOperations?.length === 0) {
    throw new ValidationError({
      code: 'EmptyCall',
      path,
      summary: 'The call allows no operation.',
      fix: 'List operations in `allowedOperations`, leave `allowedOperations` out to allow all, or leave out the call.',
    });
  }
}

/** The callee's policy compares the rewritten path, the route of the caller the original one. */
function rejectOperationsOfRewrites(path: string, { allowedOperations, policy }: Call): void {
  if (allowedOperations && policy.rewrite?.pathPrefix) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'The path is rewritten, and `allowedOperations` would be compared with the new path.',
      fix: 'Leave out one of the two, or let the caller send the new path.',
    });
  }
}

function rejectWhatNeedsRequests(path: string, call: Call): void {
  const beside = namesIn(BESIDE_TERMS).filter(name => BESIDE_TERMS[name].needsRequests && call[name] !== undefined);
  const names = [...namesIn(call.policy).filter(name => call.policy[name] !== undefined), ...beside];
  if (names.length > 0) {
    throw new ValidationError({
      code: 'NoRequests',
      path,
      summary:
        `Port ${call.port.number} of ${call.callee.name} uses ${call.port.protocol}, which has no requests to apply`
        + ` ${names.join(', ')} to.`,
      fix: 'Leave these out, or declare the port as http, http2 or grpc if that is its protocol.',
    });
  }
}

function requireMeasuredSlo(path: string, { slo, caller }: Call): void {
  if (slo === undefined) {
    return;
  }
  validateSlo(path, slo);
  if (!caller.inMesh) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `${caller.name} has no proxy that counts its requests, so \`slo\` would not be measured.`,
      fix: 'Leave `slo` out, or add the caller to the mesh.',
    });
  }
}
