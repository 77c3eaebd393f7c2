import type { Template } from 'aws-cdk-lib/assertions';
import { Cluster, cloudResources, parseDocuments } from '../../../lib/manifests';
import { type ApiAnswer, throughManagedApi } from '../../../lib/dataplane/apis';
import type { Message } from '../../../lib/dataplane/messages/message';

/** The templates of these texts or constructs as one cluster, each in a file of its own. */
export function clusterOf(...templates: readonly (string | Template)[]): Cluster {
  const texts = templates.map(each => (typeof each === 'string' ? each : JSON.stringify(each.toJSON())));
  return new Cluster(
    texts.flatMap((text, index) => parseDocuments(text, `stack-${index}.template.json`).flatMap(cloudResources)),
  );
}

/** A request as people write it: `GET https://shop.example/products?page=2`. */
export function request(line: string, more: Partial<Message> = {}): Message {
  const [, method = '', scheme = '', host = '', port, path = '', query = ''] =
    /^(\S+) (https?):\/\/([^/:?]+)(?::(\d+))?([^?]*)\??(.*)$/.exec(line) ?? [];
  return {
    scheme,
    host,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    method,
    path: path || '/',
    query,
    headers: {},
    ...more,
  };
}

/** A valid token with these claims. */
export function token(claims: Record<string, unknown>, isValid = true): Partial<Message> {
  return { token: { claims, isValid } };
}

export function ask(cluster: Cluster, line: string, more: Partial<Message> = {}): ApiAnswer {
  const answer = throughManagedApi(request(line, more), cluster);
  if (!answer) {
    throw new Error(`No API has the host of ${line}.`);
  }
  return answer;
}

/** What an API made of a request, in a line: the status, the request as it goes on, or who answers. */
export function outcome(cluster: Cluster, line: string, more: Partial<Message> = {}): string {
  const { status, message, reason } = ask(cluster, line, more);
  return status !== undefined
    ? String(status)
    : message
      ? `${message.method} ${message.scheme}://${message.host}:${message.port}`
        + `${message.path}${message.query === '' ? '' : `?${message.query}`}`
      : reason;
}
