import { ValidationError } from './validation-error';

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const ENVIRONMENT_VARIABLE = /^(?!\.\.|\.$)[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const LABEL_PART = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Without "*", which HTTP has, and gateways take for any header. */
const HEADER = /^[a-z0-9!#$%&'+.^_`|~-]+$/;

/** Rejects what Kubernetes would not accept as the name of a Service: an RFC 1035 label. */
export function requireDnsLabel(path: string, what: string, name: string): void {
  if (name.length > 63 || !LABEL.test(name)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" is not a DNS label, so it cannot be the name of ${what}.`,
      fix: `Use at most 63 lower-case letters, digits and "-", beginning with a letter${suggestion(name)}.`,
    });
  }
}

/** Rejects what Kubernetes would not accept as the name of a namespace: an RFC 1123 label. */
export function requireNamespaceName(path: string, name: string): void {
  if (name.length > 63 || !NAME.test(name) || name.includes('.')) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" is not a DNS label, so it cannot be the name of a namespace.`,
      fix: `Use at most 63 lower-case letters, digits and "-", beginning with a letter or digit${suggestion(name)}.`,
    });
  }
}

/** Rejects what Kubernetes would not accept as the name of a Secret: an RFC 1123 subdomain. */
export function requireDnsSubdomain(path: string, what: string, name: string): void {
  if (name.length > 253 || !NAME.test(name)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" cannot be the name of ${what}.`,
      fix: 'Use at most 253 lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit.',
    });
  }
}

/**
 * Rejects a namespace that no topology can own: default deny there would block the cluster's own components, such as
 * its DNS, and policies in the mesh's root namespace apply to every namespace.
 */
export function requireOwnableNamespace(path: string, name: string): void {
  rejectReserved(
    path,
    name,
    'the default deny of a topology would cut off the workloads in it.',
    'Give the topology a namespace of its own.',
  );
}

/**
 * Rejects a namespace in which no workload of a topology can run: that of a cluster component, or the mesh's root
 * namespace.
 */
export function requireNamespace(path: string, name: string): void {
  rejectReserved(
    path,
    name,
    'policies for a workload there could cut off the other workloads in it.',
    'Give the workload a namespace of its own. Declare a service whose pods are there already with '
      + '`existingWorkload`.',
  );
}

function rejectReserved(path: string, name: string, harm: string, fix: string): void {
  requireNamespaceName(path, name);
  if (isReserved(name)) {
    const summary = `The namespace "${name}" belongs to ${ownerOf(name)}, and ${harm}`;
    throw new ValidationError({ code: 'ReservedNamespace', path, summary, fix });
  }
}

/**
 * Names that each owned namespace has objects of: those of a workload would overwrite what holds for the whole
 * namespace.
 */
const OF_NAMESPACES = ['default', 'default-deny', 'allow-nothing'];

/**
 * Refuses the name of a workload whose objects would be those of its namespace: its policies, the ServiceAccount
 * `default` of all pods that name none, or the Service of the API server.
 */
export function requireFreeName(path: string, namespace: string, name: string): void {
  if (OF_NAMESPACES.includes(name) || (namespace === 'default' && name === 'kubernetes')) {
    throw new ValidationError({
      code: 'ReservedName',
      path,
      summary:
        `Objects named "${name}" belong to the namespace ${namespace} as a whole, and the ones of this `
        + 'workload would overwrite them.',
      fix: 'Use another name.',
    });
  }
}

/** Prefixes that Kubernetes and OpenShift reserve, and Istio's default root namespace. */
function isReserved(namespace: string): boolean {
  return namespace.startsWith('kube-') || namespace.startsWith('openshift-') || namespace === 'istio-system';
}

function ownerOf(reserved: string): string {
  return reserved === 'istio-system' ? 'the mesh' : 'the cluster itself';
}

/** Rejects what is not a host name with at least one dot: an RFC 1123 subdomain. */
export function requireHostName(path: string, host: string, orAddresses = ''): void {
  if (/\.\d+$/.test(host)) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: `"${host}" is an address, and a Gateway or a ServiceEntry needs a host name.`,
      fix: `Give its DNS name, e.g. "api.shop.example"${orAddresses}.`,
    });
  }
  if (host.length > 253 || !SUBDOMAIN.test(host) || host.split('.').some(label => label.length > 63)) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: `"${host}" is not a fully qualified host name.`,
      fix: 'Give lower-case labels joined by dots, without scheme, port or wildcard, e.g. "api.shop.example".',
    });
  }
}

/** Rejects what Kubernetes would not accept as the name of an environment variable. */
export function requireEnvironmentVariable(path: string, name: string): void {
  requireOrdinaryName(path, name);
  if (!ENVIRONMENT_VARIABLE.test(name)) {
    throw new ValidationError({
      code: 'InvalidVariable',
      path,
      summary: `"${name}" cannot be the name of an environment variable.`,
      fix: 'Use letters, digits, "_", "-" and ".", not beginning with a digit.',
    });
  }
}

/** Rejects what is not a lower-case header name: HTTP/2 has no other. */
export function requireHeaderName(path: string, name: string): void {
  requireKey(path, name);
  if (!HEADER.test(name)) {
    throw new ValidationError({
      code: 'InvalidHeader',
      path,
      summary: `"${name}" is not a lower-case HTTP header name, and HTTP/2 has no other.`,
      fix: name.includes('*')
        ? 'Name each header.'
        : `Write it as "${name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}".`,
    });
  }
}

/** Rejects a label that Kubernetes would not accept: a qualified name, and a value of at most 63 characters. */
export function requireLabel(path: string, label: string, value: string): void {
  requireKey(path, label);
  const [name = '', prefix, ...rest] = label.split('/').reverse();
  const isNamed =
    LABEL_PART.test(name) && name !== '' && rest.length === 0 && (prefix === undefined || NAME.test(prefix));
  if (!isNamed || !LABEL_PART.test(value)) {
    throw new ValidationError({
      code: 'InvalidLabel',
      path,
      summary: `"${label}: ${value}" is not a Kubernetes label.`,
      fix:
        'Give name and value of at most 63 letters, digits, "-", "_" and ".", beginning and ending with a '
        + 'letter or digit.',
    });
  }
}

/** Rejects a name that JavaScript reserves: a property of that name is lost before it reaches a manifest. */
export function requireOrdinaryName(path: string, name: string): void {
  rejectNames(path, name, ['__proto__']);
}

/**
 * The same for a name that becomes the key of a map in a manifest, where cdk8s interprets the key `constructor` as
 * well.
 */
export function requireKey(path: string, name: string): void {
  rejectNames(path, name, ['__proto__', 'constructor']);
}

function rejectNames(path: string, name: string, refused: readonly string[]): void {
  if (refused.includes(name)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" cannot be rendered as a name.`,
      fix: 'Use another name.',
    });
  }
}

/**
 * The id of a construct that has a user's name: constructs mistake what every object inherits, such as `constructor`,
 * for an existing child.
 */
export function constructIdOf(name: string): string {
  return name in Object.prototype ? `:${name}` : name;
}

function suggestion(name: string): string {
  const fitted = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
  return LABEL.test(fitted) ? `, e.g. "${fitted}"` : '';
}

/** Rejects a setting that reduces protection without a reason. */
export function requireReason(path: string, what: string, reason: unknown, example: string): void {
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new ValidationError({
      code: 'MissingReason',
      path,
      summary: `${what}, without a reason.`,
      fix: `Give the reason as text, e.g. "${example}", or leave it out.`,
    });
  }
}
