import { Auth } from '../../../lib';
import { declaredForRest, restTemplate } from '../../aws/support';
import { ask, clusterOf, token } from './support';

const claims = { iss: 'https://login.example', aud: ['shop'], sub: 'ann' };

describe('a JWT authorizer of a REST API', () => {
  const { edge, web } = declaredForRest();
  edge.route('GET /orders', web, { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop', 'app'] }) });
  edge.route('POST /orders', web, {
    auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop', 'app'], scopes: ['write', 'admin'] }),
  });
  const cluster = clusterOf(restTemplate(edge));
  const asked = (method: string, more: object) => ask(cluster, `${method} https://EdgeApi65822B7B/prod/orders`, more);

  test.each([
    ['GET', token(claims), undefined, 'forwards the request'],
    ['GET', token({ ...claims, aud: 'app' }), undefined, 'forwards the request'],
    ['GET', {}, 401, 'no token'],
    ['GET', token(claims, false), 401, 'expired or not signed'],
    ['GET', token({ ...claims, iss: 'https://login.example/' }), 401, 'not https://login.example'],
    ['GET', token({ ...claims, iss: undefined }), 401, 'not https://login.example'],
    ['GET', token({ ...claims, aud: 'other' }), 401, 'the audience is other, not app or shop'],
    ['GET', token({ ...claims, aud: undefined, client_id: 'shop' }), 401, 'the audience is missing'],
    ['POST', token(claims), 403, 'none of the scopes of the method (write, admin)'],
    ['POST', token({ ...claims, scope: 'read admin' }), undefined, 'forwards the request'],
    ['POST', token({ ...claims, scp: ['write'] }), undefined, 'forwards the request'],
  ])('%s with %j: %s', (method, more, status, reason) => {
    const answer = asked(method, more);

    expect(answer.status).toBe(status);
    expect(answer.reason).toContain(reason);
  });

  test('is a step of the path of the request', () => {
    expect(asked('POST', token({ ...claims, scope: 'write' })).steps.join()).toMatch(
      /accepts the token of https:\/\/login\.example for app or shop with one of the scopes write, admin\./,
    );
  });
});

/** A REST API whose method has an authorizer with this configuration, and gives a claim as a header. */
function apiWith(Issuers: object[]) {
  const of = (Type: string, Properties: object) => ({ Type, Properties: { RestApiId: { Ref: 'Api' }, ...Properties } });
  const requestParameters = { 'integration.request.header.x-customer': 'context.authorizer.claims.sub' };
  return clusterOf(
    JSON.stringify({
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
        Live: of('AWS::ApiGateway::Stage', { StageName: 'live' }),
        Tokens: of('AWS::ApiGateway::Authorizer', {
          Type: 'JWT',
          IdentitySource: 'method.request.header.Authorization',
          JwtConfiguration: { DefaultAlgorithms: ['RS256'], Issuers },
        }),
        Method: of('AWS::ApiGateway::Method', {
          ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          HttpMethod: 'GET',
          AuthorizationType: 'JWT',
          AuthorizerId: { Ref: 'Tokens' },
          Integration: {
            Type: 'HTTP_PROXY',
            IntegrationHttpMethod: 'GET',
            Uri: 'https://web.example/',
            RequestParameters: requestParameters,
          },
        }),
      },
    }),
  );
}

test('a token needs an audience of its own issuer', () => {
  const cluster = apiWith([
    { Issuer: 'https://a.example', Audiences: ['one'] },
    { Issuer: 'https://b.example', Audiences: ['two'] },
  ]);
  const statusOf = (iss: string, aud: string) => ask(cluster, 'GET https://Api/live', token({ iss, aud })).status;

  expect(statusOf('https://a.example', 'one')).toBeUndefined();
  expect(statusOf('https://b.example', 'two')).toBeUndefined();
  expect(statusOf('https://a.example', 'two')).toBe(401);
  expect(statusOf('https://b.example', 'one')).toBe(401);
});

test('claims are passed on as JSON text', () => {
  const cluster = apiWith([{ Issuer: 'https://login.example', Audiences: ['shop'] }]);

  expect(ask(cluster, 'GET https://Api/live', token(claims)).message?.headers).toMatchObject({ 'x-customer': '"ann"' });
});

test('additional claims are not simulated', () => {
  const cluster = apiWith([
    {
      Issuer: 'https://login.example',
      Audiences: ['shop'],
      AdditionalClaims: [{ ClaimName: 'tenant', Format: 'SINGLE_STRING', Required: true }],
    },
  ]);

  expect(() => ask(cluster, 'GET https://Api/live', token(claims))).toThrow(/additional claims.*not simulated/);
});
