import { ownValue, isMap, type Resource } from '../../manifests';
import type { Message, Token } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { type Authorization, claimText, refused, scopesOf, textsOf } from './authorization';
import { functionIn } from './lambda';
import type { Template } from './template';

/** The requirements of the token authorizer for a route. */
interface Demand {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly scopes?: readonly string[];
  readonly clientIdAsAudience: boolean;
}

const KNOWN_CODE = 'process.env.DEMANDS';

/**
 * The Lambda function of an authorizer. The generated token authorizer is recognized by its variables, which contain
 * the requirements of each route (`DEMANDS`) and the clients' keys (`CLIENTS`, `CLIENT_CLAIM`); the behaviour of any
 * other function is unknown.
 */
export function checkLambdaAuthorizer(
  { token }: Message,
  template: Template,
  authorizer: Resource,
  routes: readonly string[],
): Authorization {
  const handler = functionIn(template, authorizer.root.get('Properties', 'AuthorizerUri'));
  const variable = (name: string) => (handler ? variableOf(handler, name) : '');
  const demands = mapIn(variable('DEMANDS'));
  if (!handler || !demands || !handler.root.get('Properties', 'Code', 'ZipFile').text.includes(KNOWN_CODE)) {
    throw new Unsimulated(
      `The authorizer ${authorizer.name} calls `
        + `${handler ? `the function ${handler.name}` : 'a function that is not in its template'}, whose code `
        + 'is not simulated.',
      'Use routes without this authorizer, or replace it by its decision in the test.',
    );
  }
  const demand = routes.map(each => demandIn(ownValue(demands, each))).find(each => each !== undefined);
  const problem = demand ? problemOf(token, demand) : 'no requirements are declared for the route';
  if (!demand || !token || problem !== undefined) {
    return refused(
      401,
      `The function ${handler.name} rejects the request: ${problem ?? ''}: {"message":"Unauthorized"}.`,
    );
  }
  const denial = denialOf(token, demand);
  if (denial !== undefined) {
    return refused(
      403,
      `The function ${handler.name} denies the request: ${denial}: {"message":"User is not authorized to `
        + 'access this resource"}.',
    );
  }
  const { claims } = token;
  const client = ownValue(claims, variable('CLIENT_CLAIM'));
  const key = ownValue(mapIn(variable('CLIENTS')) ?? {}, String(client));
  const scopes = demand.scopes ? ` with one of the scopes ${demand.scopes.join(', ')}` : '';
  return {
    steps: [
      `The function ${handler.name} accepts the token of ${demand.issuer} for `
        + `${demand.audiences.join(' or ')}${scopes}.`,
    ],
    context: {
      principalId: String(claims.sub ?? 'unknown'),
      ...Object.fromEntries(
        Object.entries(claims)
          .filter(([, claim]) => typeof claim !== 'object')
          .map(([name, claim]) => [name, claimText(claim)]),
      ),
    },
    usageKey: typeof key === 'string' ? key : undefined,
  };
}

/** A variable of its environment, or of its code if the environment would be too large. */
function variableOf(handler: Resource, name: string): string {
  const [, assigned] =
    new RegExp(`^process\\.env\\.${name} = (".*");$`, 'm').exec(handler.root.get('Properties', 'Code', 'ZipFile').text)
    ?? [];
  return assigned === undefined
    ? handler.root.get('Properties', 'Environment', 'Variables', name).text
    : String(JSON.parse(assigned));
}

function problemOf(token: Token | undefined, { issuer }: Demand): string | undefined {
  if (!token) {
    return 'no token';
  }
  if (!token.isValid) {
    return 'the token is expired or not signed by its issuer';
  }
  return token.claims.iss === issuer ? undefined : `the issuer is ${claimText(token.claims.iss)}, not ${issuer}`;
}

function denialOf(token: Token, { audiences, scopes, clientIdAsAudience }: Demand): string | undefined {
  const { aud, client_id: client } = token.claims;
  const named = textsOf(aud === undefined && clientIdAsAudience ? client : aud);
  if (!named.some(each => audiences.includes(each))) {
    return `the audience is ${named.join(', ') || 'missing'}, not ${audiences.join(' or ')}`;
  }
  const granted = scopesOf(token);
  return !scopes || scopes.some(each => granted.includes(each))
    ? undefined
    : `the token has none of the scopes ${scopes.join(', ')}`;
}

function demandIn(value: unknown): Demand | undefined {
  return isMap(value) && typeof value.issuer === 'string' && Array.isArray(value.audiences)
    ? {
        issuer: value.issuer,
        audiences: textsOf(value.audiences),
        scopes: Array.isArray(value.scopes) ? textsOf(value.scopes) : undefined,
        clientIdAsAudience: value.clientIdAsAudience === true,
      }
    : undefined;
}

function mapIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
