import { type RequestResult, Manifests, Traffic, Unsimulated } from '../../lib/testing';

/** A request or connection, with the manifests of the cluster where they have changed. */
export interface Question {
  readonly objects?: readonly object[];
  /** The caller as `namespace/name`; a client outside the cluster without one. */
  readonly from?: string;
  /** The Gateway that receives it, as `namespace/name`. */
  readonly gateway?: string;
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientCertificate?: boolean;
  readonly serverName?: string;
  readonly isConnection?: boolean;
}

/** What becomes of a request, as the suite reads it. */
export interface Answer {
  /** Why there is none. */
  readonly unsimulated?: string;
  readonly outcomes?: readonly AnsweredOutcome[];
  readonly mirrors?: readonly { readonly destination: string; readonly share: number }[];
  readonly timeoutMs?: number;
  readonly perTryMs?: number;
  readonly retries?: number;
  readonly retryOn?: readonly string[];
}

export type AnsweredOutcome = Partial<RequestResult['outcomes'][number]>;

/** The traffic simulator, with the manifests of the last question that has any. */
export class Simulation {
  private traffic?: Traffic;

  answer(question: Question): Answer {
    try {
      if (question.objects) {
        this.traffic = undefined;
        this.traffic = Traffic.of(Manifests.ofYaml(question.objects.map(each => JSON.stringify(each)).join('\n---\n')));
      }
      return this.traffic ? described(ask(this.traffic, question)) : { unsimulated: 'there are no manifests' };
    } catch (error) {
      return { unsimulated: `${error instanceof Unsimulated ? '' : 'error: '}${(error as Error).message}` };
    }
  }
}

function ask(
  traffic: Traffic,
  { from, gateway, request, headers, clientCertificate, serverName, isConnection }: Question,
): RequestResult {
  if (from === undefined) {
    return traffic.fromInternet(request, { gateway, headers, clientCertificate, serverName });
  }
  return isConnection === true ? traffic.from(from).tcp(request) : traffic.from(from).http(request, { headers });
}

function described(result: RequestResult): Answer {
  return {
    outcomes: result.outcomes,
    mirrors: Object.entries(result.mirrorShares).map(([destination, share]) => ({ destination, share })),
    timeoutMs: result.timeout,
    perTryMs: result.perTryTimeout,
    retries: result.retries,
    retryOn: result.retryOn,
  };
}
