import type { Reply } from '../app-protocol';
import { requestAddress } from '../gateway-client';
import type { Lab } from '../lab';
import { ConformanceCluster, type SuiteObject } from './conformance-cluster';
import type { Answer, AnsweredOutcome, Question } from './question';

/** Enough requests for the shares of a split, which the suite compares with a tolerance of 5 %. */
const REQUESTS_OF_SPLIT = 1000;

/** Sends the requests of the conformance suite to the gateways and from the pods of a lab. */
export class ConformanceClient {
  private readonly cluster: ConformanceCluster;
  /** The number of requests that were sent. */
  sent = 0;
  /** The TLS connections to backends on which a client presented a certificate. */
  readonly clientCertificates: string[] = [];

  constructor(lab: Lab) {
    this.cluster = new ConformanceCluster(lab);
  }

  /** @param isSplit whether the request may arrive at several destinations */
  async answer(question: Question, isSplit: boolean): Promise<Answer> {
    if (question.objects) {
      await this.cluster.apply(question.objects as SuiteObject[]);
    }
    const replies: Reply[] = [];
    for (let count = 0; count < (isSplit ? REQUESTS_OF_SPLIT : 1); count++) {
      replies.push(await this.send(question).catch((error: Error) => failure(error)));
    }
    this.sent += replies.length;
    const outcomes = new Map<string, AnsweredOutcome>();
    for (const each of replies.map(reply => this.outcomeOf(reply))) {
      const key = `${each.destination} ${each.status}`;
      outcomes.set(key, { ...each, share: (outcomes.get(key)?.share ?? 0) + 1 / replies.length });
    }
    return { outcomes: [...outcomes.values()] };
  }

  remove(): Promise<void> {
    return this.cluster.remove();
  }

  private async send({ from, gateway = '', request, headers = {}, serverName }: Question): Promise<Reply> {
    const [, method = '', scheme = '', hostname = '', number, path = '/'] =
      /^(\S+) (https?):\/\/([^/:]+)(?::(\d+))?(\/\S*)?$/.exec(request) ?? [];
    const isTls = scheme === 'https';
    const port = number === undefined ? (isTls ? 443 : 80) : Number(number);
    if (from === undefined) {
      return requestAddress({
        address: this.cluster.addressOf(gateway),
        port,
        method,
        path,
        headers,
        tls: isTls ? { servername: serverName ?? hostname } : undefined,
      });
    }
    const pod = await this.cluster.podOf(from);
    const { host = hostname, ...others } = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const [reply] = await pod.send({
      protocol: 'http',
      address: this.cluster.clusterIp(hostname, from.split('/')[0] ?? ''),
      port,
      host,
      method,
      path,
      headers: others,
      grpc: false,
    });
    if (!reply) {
      throw new Error('the app returned no response');
    }
    return reply;
  }

  private outcomeOf({ status, from, headers, text }: Reply): AnsweredOutcome {
    const responseHeaders = { removed: [], set: texts(headers), added: {} };
    if (!from) {
      const { location } = headers;
      return {
        destination: '',
        status,
        location: typeof location === 'string' ? location : '',
        reason: text,
        responseHeaders,
      };
    }
    const destination = this.cluster.workloadOf(from.pod);
    if (from.tls?.hasClientCertificate === true) {
      this.clientCertificates.push(destination);
    }
    return {
      destination,
      status: 0,
      host: String(from.headers.host ?? from.headers[':authority'] ?? ''),
      path: from.path,
      headers: texts(from.values ?? from.headers),
      serverName: from.tls?.serverName,
      responseHeaders,
    };
  }
}

function failure(error: Error): Reply {
  return { status: 0, ms: 0, text: error.message, headers: {} };
}

function texts(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(':') ? [] : [[name, Array.isArray(value) ? value.join(',') : String(value)]],
    ),
  );
}
