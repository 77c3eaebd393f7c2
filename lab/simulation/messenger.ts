import type { Reply } from '../app-protocol';
import { requestAddress } from '../gateway-client';
import type { Lab } from '../lab';
import { HOST } from '../network';
import type { Pod } from '../pod';
import { TokenIssuer } from '../tokens';
import type { TrialRequest } from './requests';
import { GATEWAY, HEADLESS, PORTS, type Resident, RESIDENTS } from './testbed';
import { ISSUERS } from './vocabulary';

/** Sends real requests, from pods and from outside. */
export class Messenger {
  private readonly issuers = new Map(ISSUERS.map(each => [each as string, new TokenIssuer(each)]));
  private readonly strangers = new Map(ISSUERS.map(each => [each as string, new TokenIssuer(each)]));

  constructor(private readonly lab: Lab) {}

  /** The keys of an issuer. */
  keysOf(issuer: string): string {
    return this.issuers.get(issuer)?.jwks ?? '';
  }

  /** The response, with the word `token` instead of the text of its token. */
  async send(request: TrialRequest): Promise<{ reply: Reply; only?: string }[]> {
    const carried = this.carried(request);
    const replies = await this.sendCarrying(request, carried);
    const { token } = carried;
    return token === undefined
      ? replies
      : (JSON.parse(JSON.stringify(replies).replaceAll(token, 'token')) as typeof replies);
  }

  /**
   * Without a proxy or an address of the Service, sends to each pod of the callee in turn, since the lab has no
   * kube-proxy.
   */
  protected async sendCarrying(request: TrialRequest, carried: Carried): Promise<{ reply: Reply; only?: string }[]> {
    const { from, host, port, method } = request;
    const headers = { ...request.headers, ...carried.headers };
    const target = targetOf(request, carried);
    if (from === undefined) {
      const [gateway] = this.lab.kubelet.pods('north', { 'gateway.networking.k8s.io/gateway-name': GATEWAY });
      const tls = request.isSecure ? { servername: host } : undefined;
      const reply = await requestAddress({
        address: gateway?.network.ip ?? '',
        port,
        method,
        path: target,
        headers: { host: hostHeader(host, port), ...headers },
        tls,
      }).catch(failed);
      return [{ reply: reply.status === 200 ? reply : { ...reply, from: undefined } }];
    }
    const resident = residentOf(from);
    const pod = this.podOf(from);
    const spec = {
      protocol: port === 82 ? 'tcp' : request.isSecure ? 'https' : 'http',
      host: hostHeader(host, port),
      method,
      path: target,
      headers,
      grpc: false,
    } as const;
    const [service = '', namespace = resident.namespace] = host.split('.');
    const isHeadless = service === HEADLESS.name;
    const callees = RESIDENTS.filter(
      each => each.service === (isHeadless ? HEADLESS.of : service) && each.namespace === namespace,
    );
    if (resident.isMeshed && !isHeadless) {
      const address = callees.length > 0 ? this.lab.kubelet.clusterIp(namespace, service) : OUTSIDE;
      return (await pod.send({ ...spec, address, port })).map(reply => ({ reply }));
    }
    const containerPort = PORTS.find(each => each.port === port)?.targetPort ?? port;
    const direct =
      callees.length > 0
        ? callees.map(each => ({
            only: each.name,
            address:
              this.lab.kubelet.pods(namespace, { app: each.service, version: each.version })[0]?.network.ip ?? '',
            port: containerPort,
          }))
        : [{ only: undefined, address: OUTSIDE, port }];
    return (
      await Promise.all(
        direct.map(async ({ only, ...destination }) =>
          (await pod.send({ ...spec, ...destination })).map(reply => ({ reply, only })),
        ),
      )
    ).flat();
  }

  /** The address from which requests of a workload come, or of a client outside. */
  addressOf(name: string | undefined): string {
    return name === undefined ? HOST : this.podOf(name).network.ip;
  }

  /** The pod of a workload. */
  podOf(name: string): Pod {
    const { namespace, service, version } = residentOf(name);
    const [pod] = this.lab.kubelet.pods(namespace, { app: service, version });
    if (!pod) {
      throw new Error(`${name} does not run`);
    }
    return pod;
  }

  /** The token of a request as a text, and the parts of the request that carry it. */
  private carried({ token }: TrialRequest): Carried {
    if (!token) {
      return {};
    }
    return carriedBy({ token }, (token.isGood ? this.issuers : this.strangers).get(String(token.claims.iss)));
  }
}

/** The token of a request, signed by an issuer, and the parts of the request that carry it. */
export function carriedBy({ token }: Pick<TrialRequest, 'token'>, issuer: TokenIssuer | undefined): Carried {
  if (!token) {
    return {};
  }
  const { authorization } = issuer?.tokenOf(token.claims) ?? { authorization: '' };
  const text = authorization.replace('Bearer ', '');
  switch (token.place) {
    case undefined:
      return { token: text, headers: { authorization } };
    case 'x-token':
      return { token: text, headers: { 'x-token': text } };
    case 'parameter':
      return { token: text, query: `access_token=${text}` };
    case 'cookie':
      return { token: text, headers: { cookie: `session=${text}` } };
  }
}

/** The text of a request's token. */
export interface Carried {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

/** A host outside the cluster, see outside.ts. */
const OUTSIDE = '10.99.0.9';

/** The path of a request with its query. */
export function targetOf({ path, query }: TrialRequest, carried: Carried): string {
  const queries = [query, carried.query].filter(each => each);
  return `${path}${queries.length > 0 ? `?${queries.join('&')}` : ''}`;
}

/** The host in a client's request. */
export function hostHeader(host: string, port: number): string {
  return port === 80 ? host : `${host}:${port}`;
}

export function residentOf(name: string): Resident {
  const resident = RESIDENTS.find(each => each.name === name);
  if (!resident) {
    throw new Error(`no workload is named ${name}`);
  }
  return resident;
}

/** A connection that the peer did not accept. */
function failed({ message }: Error): Reply {
  return { status: 0, ms: 0, text: message, headers: {} };
}
