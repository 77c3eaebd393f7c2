import { BlockList, isIP } from 'node:net';
import { requireCidr } from './cidr';
import { validateClusterService } from './cluster-service';
import { requireDistinctPorts } from './distinct-ports';
import type { EgressGateway } from './egress-gateway';
import { requireHostName } from './names';
import type { Port } from './port';
import { Protocol } from './port';
import type { TlsOrigination } from './tls-origination';
import { ValidationError } from './validation-error';

/** Properties of a service outside the cluster. */
export interface ExternalServiceProps {
  /**
   * Its host name, e.g. `api.payments.example`, or all hosts of a domain, e.g. `*.payments.example`.
   * @default - none: it is known by its `addresses`
   */
  readonly host?: string;
  /** The port that callers connect to. TLS that the caller itself originates is `Port.tls(443)`. */
  readonly port: Port;
  /**
   * Further ports.
   * @default - none
   */
  readonly ports?: Port[];
  /**
   * Its addresses, as IP addresses or CIDRs. In the cluster: `addresses` of the ServiceEntry, by which plain TCP to
   * several hosts on one port is distinguished, and the only addresses that the NetworkPolicies of its callers allow.
   * @default - those that DNS has for the host; the NetworkPolicies allow any outside the cluster
   * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-addresses
   */
  readonly addresses?: string[];
  /**
   * TLS that the callers' proxies originate: the callers send plain HTTP or TCP, e.g. to `Port.http(80, { target: 443 })`.
   * @default - none
   */
  readonly tlsOrigination?: TlsOrigination;
  /**
   * The egress gateway that connects to it, from `topology.addEgressGateway(…)`. Callers can connect to the gateway only,
   * which originates TLS in their place, and allows each caller its declared hosts.
   * @default - callers connect to it directly
   */
  readonly egressGateway?: EgressGateway;
  /**
   * Whether it has a Service in the namespace of the topology, by whose name callers reach it as they reach services of
   * the cluster. With `host`: a Service of type ExternalName beside the ServiceEntry; the proxies of callers replace the
   * `Host` header of requests by the host. With `addresses`: a Service without a selector and EndpointSlices, in place of
   * the ServiceEntry.
   * @default false
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
   */
  readonly clusterService?: boolean;
}

/** Rejects properties that are invalid, or contradict each other. */
export function validateExternal(path: string, props: ExternalServiceProps, clusterDomain: string): void {
  const { host, addresses, tlsOrigination } = props;
  const ports = [props.port, ...(props.ports ?? [])];
  if (host === undefined && !addresses?.length) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: 'It has neither a host name nor addresses.',
      fix: 'Give `host`, or `addresses` for a service without a DNS name.',
    });
  }
  if (host !== undefined) {
    requireHostName(path, host.replace(/^\*\./, ''), ', or declare it by `addresses`');
    requireHostOutside(path, host, clusterDomain);
  }
  addresses?.forEach(each => {
    requireAddress(path, each);
  });
  requireDistinctPorts(path, ports);
  requireOneKindOfPort(path, ports, tlsOrigination);
  if (props.clusterService) {
    validateClusterService(path, props, ports);
  }
  if (host?.startsWith('*.') || addresses) {
    requireOriginalDestination(path, props, ports);
  }
}

/** The names at which clouds serve credentials of instances; NetworkPolicies exclude their addresses. */
const METADATA_HOSTS = [
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'instance-data.ec2.internal',
];

/** A ServiceEntry for a name of the cluster would replace the Service of that name for its callers. */
function requireHostOutside(path: string, host: string, clusterDomain: string): void {
  const name = host.replace(/^\*\./, '');
  const services = `.svc.${clusterDomain}`;
  const coversServices = host.startsWith('*.') && services.endsWith(`.${name}`);
  if (coversServices || [services, '.svc'].some(each => `.${name}`.endsWith(each))) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: `"${host}" is in the cluster, and its Service, with the policies of its owner, would be bypassed.`,
      fix: 'Declare it with `addService` and `existingWorkload`, or call it by the contract of its owner.',
    });
  }
  if (METADATA_HOSTS.includes(name)) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: `"${host}" serves the credentials of instances, and NetworkPolicies exclude its addresses.`,
      fix: 'Leave it out, and give the pods an identity of their own for the APIs of the cloud.',
    });
  }
}

/** Addresses at which clouds serve credentials of instances and pods, or run agents of the host, by IP version. */
export const METADATA_CIDRS: Readonly<Record<number, readonly string[]>> = {
  // Link-local addresses; Azure's WireServer, Alibaba Cloud, Oracle Cloud.
  4: ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
  // Link-local addresses; EC2, EKS Pod Identity, Google Cloud.
  6: ['fe80::/10', 'fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128'],
};

/** An address or a range as a CIDR. */
export function cidrOf(address: string): string {
  return address.includes('/') ? address : `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

/** Whether two lists of addresses or ranges have an address in common. */
export function shareAddresses(one: readonly string[], other: readonly string[]): boolean {
  return one.some(a => other.some(b => isInRange(a, b) || isInRange(b, a)));
}

/** Whether the first address of one is within another. */
function isInRange(one: string, other: string): boolean {
  const [address = '', range, prefix] = [one.split('/')[0], ...cidrOf(other).split('/')];
  const versions = [address, range ?? ''].map(isIP);
  const family = versions[0] === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  if (versions[0] !== versions[1] || range === undefined) {
    return false;
  }
  list.addSubnet(range, Number(prefix), family);
  return list.check(address, family);
}

/** Loopback addresses, "this host" and multicast: no proxy forwards to them. */
const LOCAL_CIDRS = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '::/127', 'ff00::/8'];

/** Rejects what is no address, or range of addresses, of other hosts, and what serves the credentials of instances. */
export function requireAddress(path: string, address: string): void {
  const { prefix } = requireCidr(path, cidrOf(address));
  if (prefix === 0) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${address}" is every address, so any host would be reachable.`,
      fix: 'Give the addresses of the service.',
    });
  }
  if (LOCAL_CIDRS.some(each => isInRange(address, each))) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${address}" is not an address of another host.`,
      fix: 'Give the addresses of the service.',
    });
  }
  if (shareAddresses([address], Object.values(METADATA_CIDRS).flat())) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${address}" contains addresses at which clouds serve the credentials of instances and pods.`,
      fix: 'Give ranges without them.',
    });
  }
}

function requireOneKindOfPort(path: string, ports: readonly Port[], tlsOrigination: TlsOrigination | undefined): void {
  const tls = ports.find(({ protocol }) => protocol === Protocol.TLS);
  if (tlsOrigination && tls) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `Callers use TLS on port ${tls.number} themselves, so the proxy would originate TLS inside TLS.`,
      fix: 'Declare the port as http, http2, grpc or tcp, or leave `tlsOrigination` out.',
    });
  }
  const plain = ports.find(port => port.carriesRequests && port.target === 443);
  if (!tlsOrigination && plain) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `Port ${plain.number} is ${plain.protocol} without TLS, and 443 is the port of HTTPS: a server there `
        + 'rejects it.',
      fix: 'Declare Port.tls(443) if the caller uses TLS itself, or add `tlsOrigination`.',
    });
  }
}

/** The proxy forwards to the address that the caller dialled: by name alone it cannot choose another one. */
function requireOriginalDestination(path: string, props: ExternalServiceProps, ports: readonly Port[]): void {
  const { host, addresses, tlsOrigination, clusterService } = props;
  const mapped = ports.find(port => port.target !== port.number);
  if (mapped && !clusterService) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `Connections go to the address and port that the caller dials, so port ${mapped.number} cannot `
        + `become ${mapped.target}.`,
      fix: 'Leave `target` out, or declare one host without `addresses`.',
    });
  }
  const tcp = ports.find(({ protocol }) => protocol === Protocol.TCP);
  if (tcp && !addresses) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: `Nothing in plain TCP on port ${tcp.number} names its host, so a wildcard would allow every host.`,
      fix: 'Declare each host, or give `addresses`.',
    });
  }
  const sni = tlsOrigination?.verification.sni;
  if (tlsOrigination && (host === undefined || host.startsWith('*.')) && sni === undefined) {
    throw new ValidationError({
      code: 'InvalidHost',
      path,
      summary: 'The name in the TLS handshake, and in the certificate of the server, is not one host.',
      fix: 'Declare the host, or give `sni` and `subjectAltNames`.',
    });
  }
}
