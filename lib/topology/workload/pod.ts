import { isIP } from 'node:net';
import type { Duration } from 'cdk8s';
import { requireDnsSubdomain } from '../names';
import { ValidationError } from '../validation-error';
import { requireSeconds } from './seconds';
import { OF_POD_SECURITY_CONTEXT, type PodSecurityContext } from './security-context';
import { anyValue, listOf, nested, type Validations } from './validations';

/** Where a pod resolves names. */
export enum DnsPolicy {
  /** The DNS of the cluster, which forwards other names. */
  CLUSTER_FIRST = 'ClusterFirst',
  /** The configuration of the node: names of Services do not resolve. */
  DEFAULT = 'Default',
  /** Only `dnsConfig`. */
  NONE = 'None',
}

/** Options of the resolver of a pod, in addition to those of its `dnsPolicy`. */
export interface DnsConfig {
  /**
   * IP addresses of DNS servers, at most three.
   * @default - those of the policy
   */
  readonly nameservers?: string[];
  /**
   * Domains in which short names are searched.
   * @default - those of the policy
   */
  readonly searches?: string[];
  /**
   * Options of the resolver, with a value or an empty text, e.g. `{ ndots: '2', 'single-request-reopen': '' }`.
   * @default - those of the policy
   */
  readonly options?: { readonly [name: string]: string };
}

/** Lines of `/etc/hosts` in the containers of a pod. */
export interface HostAlias {
  /** The IP address. */
  readonly ip: string;
  /** The host names with that address. */
  readonly hostnames: string[];
}

/** Settings of a pod that its containers share. */
export interface PodProps {
  /**
   * The time between SIGTERM and SIGKILL, with the preStop hooks: `terminationGracePeriodSeconds`.
   * @default - 30 seconds
   */
  readonly terminationGracePeriod?: Duration;
  /**
   * Groups of files and containers.
   * @default - none
   */
  readonly securityContext?: PodSecurityContext;
  /**
   * The Secrets with the credentials of image registries.
   * @default - those of the ServiceAccount
   */
  readonly imagePullSecrets?: string[];
  /** @default DnsPolicy.CLUSTER_FIRST */
  readonly dnsPolicy?: DnsPolicy;
  /** @default - that of the policy */
  readonly dnsConfig?: DnsConfig;
  /** @default - none */
  readonly hostAliases?: HostAlias[];
  /**
   * Whether containers get variables with the address of each Service of the namespace.
   * @default true
   */
  readonly enableServiceLinks?: boolean;
  /**
   * Whether the containers of the pod see each other's processes.
   * @default false
   */
  readonly shareProcessNamespace?: boolean;
}

const OF_DNS_CONFIG: Validations<DnsConfig> = {
  nameservers: (path, addresses) => {
    addresses.forEach(address => {
      requireAddress(path, address);
    });
    if (addresses.length > 3) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `There are ${addresses.length} name servers.`,
        fix: 'Give at most three.',
      });
    }
  },
  searches: (path, domains) => {
    domains.forEach(domain => {
      requireDnsSubdomain(path, 'a search domain', domain.replace(/\.$/, ''));
    });
  },
  options: (path, options) => {
    if (Object.hasOwn(options, '')) {
      throw new ValidationError({
        code: 'InvalidName',
        path,
        summary: 'An option of the resolver has no name.',
        fix: "Name it, e.g. { ndots: '2' }.",
      });
    }
  },
};

const OF_HOST_ALIASES: Validations<HostAlias> = {
  ip: requireAddress,
  hostnames: (path, hostnames) => {
    hostnames.forEach(hostname => {
      requireDnsSubdomain(path, 'a host', hostname);
    });
    if (hostnames.length === 0) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'A host alias has no host names.',
        fix: 'Name the hosts with that address, or leave the alias out.',
      });
    }
  },
};

export const OF_POD: Validations<PodProps> = {
  terminationGracePeriod: (path, value) => {
    requireSeconds(path, 'The termination grace period', value, 0);
  },
  securityContext: nested(OF_POD_SECURITY_CONTEXT),
  imagePullSecrets: (path, names) => {
    names.forEach(name => {
      requireDnsSubdomain(path, 'a Secret', name);
    });
  },
  dnsPolicy: (path, policy, { dnsConfig }) => {
    if (policy === DnsPolicy.NONE && (dnsConfig?.nameservers ?? []).length === 0) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'The DNS policy "None" has no name servers, so no name would resolve.',
        fix: 'Give `dnsConfig.nameservers`, or another policy.',
      });
    }
  },
  dnsConfig: nested(OF_DNS_CONFIG),
  hostAliases: listOf(OF_HOST_ALIASES),
  enableServiceLinks: anyValue,
  shareProcessNamespace: anyValue,
};

function requireAddress(path: string, address: string): void {
  if (isIP(address) === 0) {
    throw new ValidationError({
      code: 'InvalidAddress',
      path,
      summary: `"${address}" is not an IP address.`,
      fix: 'Give an IPv4 or IPv6 address, e.g. "10.0.0.10".',
    });
  }
}
