import { createHash } from 'node:crypto';
import type { Cluster, Field } from '../../manifests';
import type { Message } from '../messages/message';
import { credentialsIn } from './secrets';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the `basicAuth` of a SecurityPolicy on a request: it must have a user of the Secret and the password.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/basic_auth_filter
 */
export function verifyPassword(auth: Field, message: Message, cluster: Cluster): Verdict {
  const [, encoded] = /^basic (.*)$/i.exec(message.headers.authorization ?? '') ?? [];
  if (encoded === undefined) {
    return refused(message, 401, auth, 'the request has no user and password');
  }
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  const hash = createHash('sha1').update(password.join(':')).digest('base64');
  if (!linesOf(auth, cluster).includes(`${user}:{SHA}${hash}`)) {
    return refused(message, 401, auth, 'the user or the password is not in the Secret');
  }
  const header = auth.get('forwardUsernameHeader').text.toLowerCase();
  return { message: header === '' ? message : { ...message, headers: { ...message.headers, [header]: user } } };
}

/** Why passwords are invalid: the Secret has none, or some of another format than `{SHA}`. */
export function problemOfPasswords(auth: Field, cluster: Cluster): string | undefined {
  const lines = linesOf(auth, cluster);
  return lines.length > 0 && lines.every(each => /^[^:]+:\{SHA\}[A-Za-z0-9+/]{27}=$/.test(each))
    ? undefined
    : 'its Secret has no passwords in the format {SHA} (.htpasswd)';
}

function linesOf(auth: Field, cluster: Cluster): string[] {
  return (credentialsIn(auth.get('users'), 'passwords', cluster).get('.htpasswd') ?? '')
    .split('\n')
    .map(each => each.trim())
    .filter(each => each !== '');
}
