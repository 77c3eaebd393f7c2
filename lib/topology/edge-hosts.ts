import { duplicate } from './duplicate';
import { requireDnsSubdomain, requireHostName } from './names';
import { ValidationError } from './validation-error';

interface OfHosts {
  readonly host: string;
  readonly alternativeHosts?: readonly string[];
  readonly tlsSecret?: string;
  readonly tlsSecrets?: { readonly [host: string]: string };
}

/** The host of an edge that serves requests for all hosts. */
export const ANY_HOST = '*';

/** What an edge for all hosts cannot have. */
interface BesideAnyHost extends OfHosts {
  readonly certificateIssuer?: string;
  readonly front?: object;
  readonly gateway?: object;
}

/** Rejects an invalid host, and for all hosts what needs their names. */
export function requireFirstHost(path: string, props: BesideAnyHost): void {
  if (props.host !== ANY_HOST) {
    requireHost(path, props.host);
    return;
  }
  const needsNames = (['alternativeHosts', 'certificateIssuer', 'front', 'gateway'] as const).find(
    each => props[each] !== undefined,
  );
  if (needsNames) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The edge serves requests for all hosts, and \`${needsNames}\` needs the names of its hosts.`,
      fix: `Leave out \`${needsNames}\`, or declare the host names in place of "${ANY_HOST}".`,
    });
  }
}

/** Rejects what is neither a host name nor one with `*` as its first label. */
function requireHost(path: string, host: string): void {
  requireHostName(path, host.replace(/^\*\./, ''));
}

/** The CRD of HTTPRoutes allows 16 hosts. @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
const MOST_HOSTS = 16;

/** Rejects hosts that are invalid, listed twice, or too many. */
export function requireAlternativeHosts(path: string, { host, alternativeHosts = [] }: OfHosts): void {
  alternativeHosts.forEach(each => {
    requireHost(path, each);
  });
  const all = [host, ...alternativeHosts];
  const twice = all.find((each, index) => all.indexOf(each) !== index);
  if (twice !== undefined) {
    throw duplicate(path, `The host "${twice}" is listed twice.`, 'List it once.');
  }
  if (all.length > MOST_HOSTS) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `The edge has ${all.length} hosts, and an HTTPRoute can have ${MOST_HOSTS}.`,
      fix: 'Use a wildcard, e.g. "*.shop.example", or declare another edge.',
    });
  }
}

/** Rejects Secrets of hosts that are not declared, and one for several listeners. */
export function requireSecretsOfHosts(path: string, props: OfHosts): void {
  const { alternativeHosts = [], tlsSecret, tlsSecrets = {} } = props;
  const secrets = [tlsSecret];
  for (const [host, secret] of Object.entries(tlsSecrets)) {
    requireObjectName(path, 'a Secret', secret);
    requireTls(path, 'tlsSecrets', secret, props);
    if (!alternativeHosts.includes(host)) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `\`tlsSecrets\` has a Secret for "${host}", which is not one of the \`alternativeHosts\`.`,
        fix: 'Add the host there. The Secret of `host` is `tlsSecret`.',
      });
    }
    if (secrets.includes(secret)) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          `The Secret "${secret}" of "${host}" is also that of another host, and clients that reuse a connection `
          + 'for all hosts of a certificate would get 404.',
        fix: 'Leave out of `tlsSecrets` the hosts of the certificate in `tlsSecret`, and use a Secret for each other.',
      });
    }
    secrets.push(secret);
  }
}

/** Rejects what cannot be the name of an object. */
export function requireObjectName(path: string, what: string, name: string | undefined): void {
  if (name !== undefined) {
    requireDnsSubdomain(path, what, name);
  }
}

/** Rejects a setting of TLS on an edge without a certificate. */
export function requireTls(path: string, name: string, value: string | undefined, { tlsSecret }: OfHosts): void {
  if (value !== undefined && tlsSecret === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `${name} applies to TLS, and the edge uses plain HTTP.`,
      fix: 'Set `tlsSecret` to the Secret with the certificate.',
    });
  }
}
