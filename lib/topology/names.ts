import { Mistake } from './mistake';

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HEADER = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** Refuses what Kubernetes would not take as the name of a Service: an RFC 1035 label. */
export function requireDnsLabel(where: string, what: string, name: string): void {
  if (name.length > 63 || !LABEL.test(name)) {
    throw new Mistake({
      code: 'InvalidName',
      where,
      problem: `"${name}" is no DNS label, so it cannot name ${what}.`,
      remedy: `Use at most 63 lower-case letters, digits and "-", beginning with a letter${suggestion(name)}.`,
    });
  }
}

/** Refuses what Kubernetes would not take as the name of a Secret: an RFC 1123 subdomain. */
export function requireDnsSubdomain(where: string, what: string, name: string): void {
  if (name.length > 253 || !NAME.test(name)) {
    throw new Mistake({
      code: 'InvalidName',
      where,
      problem: `"${name}" cannot name ${what}.`,
      remedy: 'Use at most 253 lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit.',
    });
  }
}

/**
 * Refuses a namespace that no topology can own: default deny there would cut off the cluster's own parts, its DNS among them, and policies in
 * the mesh's root namespace hold for every namespace.
 */
export function requireOwnableNamespace(where: string, name: string): void {
  requireDnsLabel(where, 'a namespace', name);
  if (isReserved(name)) {
    throw new Mistake({
      code: 'ReservedNamespace',
      where,
      problem: `The namespace "${name}" belongs to ${ownerOf(name)}, and the default deny of a topology would cut off what runs there.`,
      remedy: 'Give the topology a namespace of its own.',
    });
  }
}

/** Refuses a namespace in which no workload of a topology can run: that of the cluster's own parts, or the mesh's root namespace. */
export function requireNamespace(where: string, name: string): void {
  requireDnsLabel(where, 'a namespace', name);
  if (isReserved(name)) {
    throw new Mistake({
      code: 'ReservedNamespace',
      where,
      problem: `The namespace "${name}" belongs to ${ownerOf(name)}, and policies for a workload there could cut off what runs there.`,
      remedy: 'Give the workload a namespace of its own. A service whose pods are there already is declared with `existing`.',
    });
  }
}

/** Prefixes that Kubernetes and OpenShift keep for themselves, and Istio's default root namespace. */
function isReserved(namespace: string): boolean {
  return namespace.startsWith('kube-') || namespace.startsWith('openshift-') || namespace === 'istio-system';
}

function ownerOf(reserved: string): string {
  return reserved === 'istio-system' ? 'the mesh' : 'the cluster itself';
}

/** Refuses what is no host name with at least one dot: an RFC 1123 subdomain. */
export function requireHostName(where: string, host: string): void {
  if (host.length > 253 || !SUBDOMAIN.test(host) || host.split('.').some(label => label.length > 63)) {
    throw new Mistake({
      code: 'InvalidHost',
      where,
      problem: `"${host}" is no fully qualified host name.`,
      remedy: 'Give lower-case labels joined by dots, without scheme, port or wildcard, e.g. "api.shop.example".',
    });
  }
}

/** Refuses what Kubernetes would not take as the name of an environment variable. */
export function requireEnvironmentVariable(where: string, name: string): void {
  if (!ENVIRONMENT_VARIABLE.test(name)) {
    throw new Mistake({
      code: 'InvalidVariable',
      where,
      problem: `"${name}" cannot name an environment variable.`,
      remedy: 'Use letters, digits and "_", not beginning with a digit.',
    });
  }
}

/** Refuses what is no lower-case header name: HTTP/2 has no other. */
export function requireHeaderName(where: string, name: string): void {
  if (!HEADER.test(name)) {
    throw new Mistake({
      code: 'InvalidHeader',
      where,
      problem: `"${name}" is no lower-case HTTP header name, and HTTP/2 knows no other.`,
      remedy: `Write it as "${name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}".`,
    });
  }
}

function suggestion(name: string): string {
  const fitted = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 63);
  return LABEL.test(fitted) ? `, e.g. "${fitted}"` : '';
}
