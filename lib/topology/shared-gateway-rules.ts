import { duplicate } from './duplicate';
import type { Edge } from './edge';
import { ValidationError } from './validation-error';

/** Rejects two edges of one gateway that share a host, or differ in what a gateway has only once. */
export function requireAgreement(edge: Edge, other: Edge): void {
  const host = edge.hosts.find(each => other.hosts.includes(each));
  if (host !== undefined) {
    throw duplicate(
      edge.path,
      `The host ${host} is served by the edge ${other.path} of the same gateway already.`,
      'Use another host.',
    );
  }
  for (const [property, { of, with: isConcerned = () => true }] of Object.entries(OF_THE_GATEWAY)) {
    if (isConcerned(edge) && isConcerned(other) && textOf(of(edge)) !== textOf(of(other))) {
      throw conflict(
        edge,
        `${edge.path} and ${other.path} differ in \`${property}\`, which applies to the whole gateway.`,
        `Declare the same \`${property}\` for both, or a gateway of its own for one of them.`,
      );
    }
  }
  requireOwnIssuers(edge, other);
  requireOneCertificate(edge, other);
}

interface OfTheGateway {
  readonly of: (edge: Edge) => unknown;
  /** @default all edges */
  readonly with?: (edge: Edge) => boolean;
}

const hasTls = ({ tlsSecret }: Edge) => tlsSecret !== undefined;

/** What the listeners, the pods or the Service of a gateway have for all of its edges. */
const OF_THE_GATEWAY: { readonly [property: string]: OfTheGateway } = {
  front: { of: ({ front }) => front },
  trustedProxies: { of: ({ trustedProxies }) => trustedProxies },
  gatewayMetadata: { of: ({ gatewayMetadata }) => gatewayMetadata },
  clientCa: { of: ({ clientCa }) => clientCa, with: hasTls },
  clientCertificates: { of: ({ clientCertificates }) => clientCertificates, with: hasTls },
  minTlsVersion: { of: ({ minTlsVersion }) => minTlsVersion, with: hasTls },
};

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

/** The Secret of a host's certificate; undefined for plain HTTP. */
function secretOf({ tlsSecret, tlsSecrets }: Edge, host: string): string | undefined {
  return tlsSecrets[host] ?? tlsSecret;
}

/** cert-manager would fill one Secret from two Certificates, each with the hosts of one edge, over and over. */
function requireOwnIssuers(edge: Edge, other: Edge): void {
  const secret = secretsOf(edge).find(each => secretsOf(other).includes(each));
  if (secret !== undefined && (edge.certificateIssuer ?? other.certificateIssuer) !== undefined) {
    throw conflict(
      edge,
      `${edge.path} and ${other.path} have the Secret "${secret}", which \`certificateIssuer\` would fill for the hosts of one.`,
      'Use a Secret for each edge, or one that is managed outside the topology, without `certificateIssuer`.',
    );
  }
}

function secretsOf({ tlsSecret, tlsSecrets }: Edge): string[] {
  return [...(tlsSecret === undefined ? [] : [tlsSecret]), ...Object.values(tlsSecrets)];
}

/** Clients send requests for all hosts of a wildcard's certificate on one connection, which one listener must accept. */
function requireOneCertificate(edge: Edge, other: Edge): void {
  for (const [first, second] of [
    [edge, other],
    [other, edge],
  ] as const) {
    for (const wildcard of first.hosts.filter(each => each.startsWith('*'))) {
      const host = second.hosts.find(each => each.endsWith(wildcard.slice(1)));
      if (host !== undefined && secretOf(first, wildcard) !== secretOf(second, host)) {
        throw conflict(
          edge,
          `${wildcard} of ${first.path} includes ${host} of ${second.path}, and they differ in the Secret of their certificate.`,
          'Use one Secret for both, or a gateway of its own for one of them.',
        );
      }
    }
  }
}

function conflict(edge: Edge, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'GatewayConflict', path: edge.path, summary, fix });
}
