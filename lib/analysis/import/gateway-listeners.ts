import { Kind, type Resource } from '../../manifests';

/** A port for hosts. */
export interface Listener {
  readonly hosts: readonly string[];
  /** The Secret of its certificate; undefined in plain text. */
  readonly secret?: string;
}

/** The ports of a Gateway; text for one that edges do not have. */
export function listenersAt(gateway: Resource): readonly Listener[] | string {
  return gateway.type === Kind.ISTIO_GATEWAY ? serversOf(gateway) : listenersOf(gateway);
}

function serversOf({ spec }: Resource): readonly Listener[] | string {
  const found = spec.get('servers').items.map((server): Listener | string => {
    const [port, protocol] = [server.get('port', 'number').number, server.get('port', 'protocol').text.toUpperCase()];
    const hosts = server.get('hosts').texts.map(each => each.replace(/^[^/]*\//, ''));
    const tls = server.get('tls');
    const isPlain = protocol === 'HTTP' && port === 80 && tls.entries.every(([field]) => field === 'httpsRedirect');
    const isTls =
      protocol === 'HTTPS'
      && port === 443
      && tls.get('mode').text === 'SIMPLE'
      && tls.get('credentialName').exists
      && tls.entries.every(([field]) => ['mode', 'credentialName'].includes(field));
    const isKnown = server.entries.every(([field]) => ['port', 'hosts', 'tls', 'name'].includes(field));
    return !isKnown || !(isPlain || isTls)
      ? unlike(port, protocol)
      : { hosts, secret: isTls ? tls.get('credentialName').text : undefined };
  });
  return found.find(each => typeof each === 'string') ?? found.filter(each => typeof each !== 'string');
}

function listenersOf({ spec }: Resource): readonly Listener[] | string {
  const unknown = spec.entries.find(([field]) => !['gatewayClassName', 'listeners'].includes(field))?.[0];
  const found = spec.get('listeners').items.map((listener): Listener | string => {
    const [port, protocol] = [listener.get('port').number, listener.get('protocol').text];
    const hosts = [listener.get('hostname').text || '*'];
    const [secret, ...others] = listener.get('tls', 'certificateRefs').items;
    const tls = listener.get('tls');
    const isPlain = protocol === 'HTTP' && port === 80 && !tls.exists;
    const isTls =
      protocol === 'HTTPS'
      && port === 443
      && ['', 'Terminate'].includes(tls.get('mode').text)
      && secret !== undefined
      && others.length === 0
      && secret.entries.every(([field, value]) => field === 'name' || (field === 'kind' && value.text === 'Secret'))
      && tls.entries.every(([field]) => ['mode', 'certificateRefs'].includes(field));
    return isPlain || isTls ? { hosts, secret: isTls ? secret.get('name').text : undefined } : unlike(port, protocol);
  });
  return unknown === undefined
    ? (found.find(each => typeof each === 'string') ?? found.filter(each => typeof each !== 'string'))
    : `it has \`${unknown}\``;
}

function unlike(port: number | undefined, protocol: string): string {
  return `edges have HTTP on port 80 and HTTPS on port 443 with a Secret, and it has ${protocol} on port ${port ?? 0}`;
}
