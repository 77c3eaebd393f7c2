import type { Cluster, Field } from '../../manifests';
import type { Message } from '../messages/message';
import { queryParameter } from '../routes/http-match';
import { credentialsIn } from './secrets';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the `apiKeyAuth` of a SecurityPolicy on a request: it must have a key from its Secrets.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/api_key_auth_filter
 */
export function verifyKey(auth: Field, message: Message, cluster: Cluster): Verdict {
  const [key] = auth
    .get('extractFrom')
    .items.flatMap(each => [
      ...each.get('headers').texts.map(name => message.headers[name.toLowerCase()]),
      ...each.get('params').texts.map(name => queryParameter(message.query, name)),
      ...each.get('cookies').texts.map(name => cookie(message, name)),
    ])
    .filter(each => each !== undefined);
  if (key === undefined) {
    return refused(message, 401, auth, 'the request has no API key');
  }
  const client = [...keysOf(auth, cluster)].find(([, each]) => each === key)?.[0];
  if (client === undefined) {
    return refused(message, 401, auth, 'the API key is not in the Secret');
  }
  const header = auth.get('forwardClientIDHeader').text.toLowerCase();
  const hidden = auth.get('sanitize').isTrue
    ? auth.get('extractFrom').items.flatMap(each => each.get('headers').texts.map(name => name.toLowerCase()))
    : [];
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => !hidden.includes(name)));
  return { message: { ...message, headers: header === '' ? headers : { ...headers, [header]: client } } };
}

/** Why API keys are invalid: two clients have the same. */
export function problemOfKeys(auth: Field, cluster: Cluster): string | undefined {
  const keys = [...keysOf(auth, cluster).values()];
  return new Set(keys).size < keys.length ? 'two clients have the same API key' : undefined;
}

/** The keys of the clients. The first Secret that has a client has its key. */
function keysOf(auth: Field, cluster: Cluster): ReadonlyMap<string, string> {
  const secrets = auth.get('credentialRefs').items.map(each => credentialsIn(each, 'API keys', cluster));
  return new Map(secrets.reverse().flatMap(each => [...each]));
}

function cookie({ headers }: Message, name: string): string | undefined {
  return headers.cookie
    ?.split(/; */)
    .find(each => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
