import { requireDnsSubdomain, requireEnvironmentVariable } from '../names';
import { requireConfigKey } from './keys';
import { ValidationError } from '../validation-error';
import { requireQuantity } from './quantity';
import { requireNoNul } from './texts';

/** Options of a reference to a Secret or ConfigMap. */
export interface ReferenceOptions {
  /**
   * Whether containers start without the object or the key.
   * @default false
   */
  readonly optional?: boolean;
}

/** Options of {@link EnvValue.fromResource}. */
export interface ResourceReferenceOptions {
  /**
   * The container whose resources these are.
   * @default - the container of the variable
   */
  readonly container?: string;
  /**
   * The unit of the value, e.g. `1Mi` for mebibytes or `1m` for thousandths of a core; rounded up.
   * @default 1
   */
  readonly divisor?: string;
}

/** The value of an environment variable that comes from another object: `valueFrom` of the variable. */
export class EnvValue {
  /** The value of a key of a Secret in the namespace of the pod. */
  static fromSecret(secret: string, key: string, options: ReferenceOptions = {}): EnvValue {
    const path = `EnvValue.fromSecret`;
    requireDnsSubdomain(path, 'a Secret', secret);
    requireConfigKey(path, key);
    return new EnvValue('secretKeyRef', { name: secret, key, ...whenOptional(options) });
  }

  /** The value of a key of a ConfigMap in the namespace of the pod. */
  static fromConfigMap(configMap: string, key: string, options: ReferenceOptions = {}): EnvValue {
    const path = `EnvValue.fromConfigMap`;
    requireDnsSubdomain(path, 'a ConfigMap', configMap);
    requireConfigKey(path, key);
    return new EnvValue('configMapKeyRef', { name: configMap, key, ...whenOptional(options) });
  }

  /**
   * A field of the pod, e.g. `metadata.name`, `status.podIP` or `metadata.labels['app']`.
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
   */
  static fromField(fieldPath: string): EnvValue {
    if (!FIELDS.includes(fieldPath) && !KEYED_FIELD.test(fieldPath)) {
      throw new ValidationError({
        code: 'InvalidReference',
        path: 'EnvValue.fromField',
        summary: `"${fieldPath}" is not a field of a pod that a variable can have.`,
        fix: `Use one of ${FIELDS.join(', ')}, metadata.labels['NAME'] or metadata.annotations['NAME'].`,
      });
    }
    return new EnvValue('fieldRef', { fieldPath });
  }

  /** A request or limit of a container, e.g. `limits.memory`. */
  static fromResource(resource: string, { container, divisor }: ResourceReferenceOptions = {}): EnvValue {
    const path = 'EnvValue.fromResource';
    if (!RESOURCE.test(resource)) {
      throw new ValidationError({
        code: 'InvalidReference',
        path,
        summary: `"${resource}" is not a request or limit that a variable can have.`,
        fix: 'Use requests or limits of cpu, memory or ephemeral-storage, e.g. "limits.memory".',
      });
    }
    if (divisor !== undefined) {
      requireQuantity(path, 'The divisor', divisor);
    }
    return new EnvValue('resourceFieldRef', {
      resource,
      ...(container === undefined ? {} : { containerName: container }),
      ...(divisor === undefined ? {} : { divisor }),
    });
  }

  private constructor(
    /** The kind of reference, as `valueFrom` has it: `secretKeyRef`, `fieldRef` and so on. */
    readonly kind: string,
    /** The fields of the reference. */
    readonly reference: { readonly [field: string]: string | boolean },
  ) {}
}

/** All keys of a Secret or ConfigMap as environment variables: an item of `envFrom`. */
export class EnvFrom {
  /** A variable for each key of a Secret, with a prefix or none. */
  static secret(name: string, options: EnvFromOptions = {}): EnvFrom {
    return new EnvFrom('secretRef', 'a Secret', name, options);
  }

  /** A variable for each key of a ConfigMap, with a prefix or none. */
  static configMap(name: string, options: EnvFromOptions = {}): EnvFrom {
    return new EnvFrom('configMapRef', 'a ConfigMap', name, options);
  }

  /** Whether containers start without the object. */
  readonly optional: boolean;
  /** The text before the key in the name of each variable; undefined for none. */
  readonly prefix?: string;

  private constructor(
    /** The kind of reference: `secretRef` or `configMapRef`. */
    readonly kind: string,
    what: string,
    /** The name of the object. */
    readonly name: string,
    { optional = false, prefix }: EnvFromOptions,
  ) {
    requireDnsSubdomain('EnvFrom', what, name);
    if (prefix !== undefined) {
      requireEnvironmentVariable('EnvFrom', prefix);
    }
    this.optional = optional;
    this.prefix = prefix;
  }
}

/** Options of {@link EnvFrom}. */
export interface EnvFromOptions extends ReferenceOptions {
  /**
   * A text before each key in the names of the variables.
   * @default - none
   */
  readonly prefix?: string;
}

/** The values of environment variables by name: texts, and references to other objects. */
export interface Env {
  /** The value of each variable. Kubernetes replaces `$(NAME)` in texts. */
  readonly [name: string]: string | EnvValue;
}

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const KEYED_FIELD = /^metadata\.(labels|annotations)\['[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?'\]$/;
const RESOURCE = /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/;

function whenOptional({ optional }: ReferenceOptions): { readonly optional?: true } {
  return optional ? { optional } : {};
}

/** Rejects names that Kubernetes rejects, texts that no process can have, and variables that refer to each other. */
export function validateEnv(path: string, env: Env): void {
  Object.keys(env).forEach(name => requireEnvironmentVariable(path, name));
  requireNoNul(
    path,
    Object.values(env).filter(value => typeof value === 'string'),
  );
  inOrderOfReference(path, env);
}

const REFERENCE = /\$(\$|\(([-._a-zA-Z][-._a-zA-Z0-9]*)\))/g;

/**
 * The variables in an order in which each comes after those that its text refers to by `$(NAME)`: Kubernetes replaces
 * only names that are defined before. Otherwise their order is kept. Variables that refer to each other are an error.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function inOrderOfReference(path: string, env: Env): Map<string, string | EnvValue> {
  const ordered = new Map<string, string | EnvValue>();
  const visit = (name: string, above: readonly string[]): void => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined || ordered.has(name)) {
      return;
    }
    if (above.includes(name)) {
      throw circular(path, [...above.slice(above.indexOf(name)), name]);
    }
    // A variable may refer to a variable of its own name that `envFrom` defines.
    referencesIn(value)
      .filter(each => each !== name)
      .forEach(each => {
        visit(each, [...above, name]);
      });
    ordered.set(name, value);
  };
  Object.keys(env).forEach(name => {
    visit(name, []);
  });
  return ordered;
}

/** The names of the variables that a text refers to. */
export function referencesIn(value: string | EnvValue): string[] {
  return typeof value === 'string' && value.includes('$')
    ? [...value.matchAll(REFERENCE)].flatMap(([, , name]) => name ?? [])
    : [];
}

function circular(path: string, names: readonly string[]): ValidationError {
  return new ValidationError({
    code: 'CircularReference',
    path,
    summary: `The variables ${names.join(' → ')} refer to each other, so one of them would keep its literal text.`,
    fix: 'Write one of them without a reference to the others.',
  });
}
