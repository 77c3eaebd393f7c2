import { createInterface } from 'node:readline';
import { Manifests, type RequestResult, Traffic, Unsimulated } from '../../lib/testing';

/** A line of input: a request, with the manifests where they have changed. */
interface Question {
  readonly objects?: readonly object[];
  readonly from?: string;
  readonly gateway?: string;
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientCertificate?: boolean;
  readonly serverName?: string;
  readonly isConnection?: boolean;
}

/** Answers the questions of a suite with the traffic simulator: a line of JSON for each line of JSON. */
function main(): void {
  let traffic: Traffic | undefined;
  createInterface({ input: process.stdin }).on('line', line => {
    const question = JSON.parse(line) as Question;
    process.stdout.write(`${JSON.stringify(answer(question))}\n`);
  });

  function answer(question: Question): object {
    try {
      if (question.objects) {
        traffic = undefined;
        traffic = Traffic.of(Manifests.ofYaml(question.objects.map(each => JSON.stringify(each)).join('\n---\n')));
      }
      return traffic ? described(ask(traffic, question)) : { unsimulated: 'there are no manifests' };
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

function described(result: RequestResult): object {
  return {
    outcomes: result.outcomes,
    mirrors: Object.entries(result.mirrorShares).map(([destination, share]) => ({ destination, share })),
    timeoutMs: result.timeout,
    perTryMs: result.perTryTimeout,
    retries: result.retries,
    retryOn: result.retryOn,
  };
}

main();
