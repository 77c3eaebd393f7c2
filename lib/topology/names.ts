import { Mistake } from './mistake';

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LABEL_PART = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Without "*", which HTTP has, and gateways take for any header. */
const HEADER = /^[a-z0-9!#$%&'+.^_`|~-]+$/;

/** Rejects what Kubernetes would not accept as the name of a Service: an RFC 1035 label. */
export function requireDnsLabel(where: string, what: string, name: string): void {
  if (name.length > 63 || !LABEL.test(name)) {
    throw new Mistake({
      code: 'InvalidName',
      where,
      problem: `"${name}" is not a DNS label, so it cannot be the name of ${what}.`,
      remedy: `Use at most 63 lower-case letters, digits and "-", beginning with a letter${suggestion(name)}.`,
    });
  }
}

/** Rejects what Kubernetes would not accept as the name of a Secret: an RFC 1123 subdomain. */
export function requireDnsSubdomain(where: string, what: string, name: string): void {
  if (name.length > 253 || !NAME.test(name)) {
    throw new Mistake({
      code: 'InvalidName',
      where,
      problem: `"${name}" cannot be the name of ${what}.`,
      remedy: 'Use at most 253 lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit.',
    });
  }
}

/**
 * Rejects a namespace that no topology can own: default deny there would block the cluster's own components, such as
 * its DNS, and policies in the mesh's root namespace apply to every namespace.
 */
export function requireOwnableNamespace(where: string, name: string): void {
  requireDnsLabel(where, 'a namespace', name);
  if (isReserved(name)) {
    throw new Mistake({
      code: 'ReservedNamespace',
      where,
      problem: `The namespace "${name}" belongs to ${ownerOf(name)}, and the default deny of a topology would cut off the workloads in it.`,
      remedy: 'Give the topology a namespace of its own.',
    });
  }
}

/**
 * Rejects a namespace in which no workload of a topology can run: that of a cluster component, or the mesh's root
 * namespace.
 */
export function requireNamespace(where: string, name: string): void {
  requireDnsLabel(where, 'a namespace', name);
  if (isReserved(name)) {
    throw new Mistake({
      code: 'ReservedNamespace',
      where,
      problem: `The namespace "${name}" belongs to ${ownerOf(name)}, and policies for a workload there could cut off the other workloads in it.`,
      remedy: 'Give the workload a namespace of its own. Declare a service whose pods are there already with `existing`.',
    });
  }
}

/** Names that each owned namespace has objects of: those of a workload would overwrite what holds for the whole namespace. */
const OF_NAMESPACES = ['default', 'default-deny', 'allow-nothing'];

/**
 * Refuses the name of a workload whose objects would be those of its namespace: its policies, the ServiceAccount `default` of all
 * pods that name none, or the Service of the API server.
 */
export function requireFreeName(where: string, namespace: string, name: string): void {
  if (OF_NAMESPACES.includes(name) || (namespace === 'default' && name === 'kubernetes')) {
    throw new Mistake({
      code: 'ReservedName',
      where,
      problem: `Objects named "${name}" belong to the namespace ${namespace} as a whole, and the ones of this workload would overwrite them.`,
      remedy: 'Use another name.',
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
export function requireHostName(where: string, host: string): void {
  if (/\.\d+$/.test(host)) {
    throw new Mistake({
      code: 'InvalidHost',
      where,
      problem: `"${host}" is an address, and a Gateway or a ServiceEntry needs a host name.`,
      remedy: 'Give its DNS name, e.g. "api.shop.example".',
    });
  }
  if (host.length > 253 || !SUBDOMAIN.test(host) || host.split('.').some(label => label.length > 63)) {
    throw new Mistake({
      code: 'InvalidHost',
      where,
      problem: `"${host}" is not a fully qualified host name.`,
      remedy: 'Give lower-case labels joined by dots, without scheme, port or wildcard, e.g. "api.shop.example".',
    });
  }
}

/** Rejects what Kubernetes would not accept as the name of an environment variable. */
export function requireEnvironmentVariable(where: string, name: string): void {
  requireOrdinaryName(where, name);
  if (!ENVIRONMENT_VARIABLE.test(name)) {
    throw new Mistake({
      code: 'InvalidVariable',
      where,
      problem: `"${name}" cannot be the name of an environment variable.`,
      remedy: 'Use letters, digits and "_", not beginning with a digit.',
    });
  }
}

/** Rejects what is not a lower-case header name: HTTP/2 has no other. */
export function requireHeaderName(where: string, name: string): void {
  requireKey(where, name);
  if (!HEADER.test(name)) {
    throw new Mistake({
      code: 'InvalidHeader',
      where,
      problem: `"${name}" is not a lower-case HTTP header name, and HTTP/2 has no other.`,
      remedy: name.includes('*') ? 'Name each header.' : `Write it as "${name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}".`,
    });
  }
}

/** Rejects a label that Kubernetes would not accept: a qualified name, and a value of at most 63 characters. */
export function requireLabel(where: string, label: string, value: string): void {
  requireKey(where, label);
  const [name = '', prefix, ...rest] = label.split('/').reverse();
  const isNamed = LABEL_PART.test(name) && name !== '' && rest.length === 0 && (prefix === undefined || NAME.test(prefix));
  if (!isNamed || !LABEL_PART.test(value)) {
    throw new Mistake({
      code: 'InvalidLabel',
      where,
      problem: `"${label}: ${value}" is not a Kubernetes label.`,
      remedy: 'Give name and value of at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit.',
    });
  }
}

/** Rejects a name that JavaScript reserves: a property of that name is lost before it reaches a manifest. */
export function requireOrdinaryName(where: string, name: string): void {
  refuseNames(where, name, ['__proto__']);
}

/**
 * The same for a name that becomes the key of a map in a manifest, where cdk8s interprets the key `constructor` as
 * well.
 */
function requireKey(where: string, name: string): void {
  refuseNames(where, name, ['__proto__', 'constructor']);
}

function refuseNames(where: string, name: string, refused: readonly string[]): void {
  if (refused.includes(name)) {
    throw new Mistake({ code: 'InvalidName', where, problem: `"${name}" cannot be rendered as a name.`, remedy: 'Use another name.' });
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
  const fitted = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 63);
  return LABEL.test(fitted) ? `, e.g. "${fitted}"` : '';
}
