import { ask, clusterOf } from './support';

/** A REST API with an integration for these binary types. */
function apiWith(BinaryMediaTypes: string[], integration: object) {
  const of = (Type: string, Properties: object) => ({ Type, Properties: { RestApiId: { Ref: 'Api' }, ...Properties } });
  return clusterOf(
    JSON.stringify({
      Resources: {
        Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { BinaryMediaTypes } },
        Live: of('AWS::ApiGateway::Stage', { StageName: 'live' }),
        Method: of('AWS::ApiGateway::Method', {
          ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
          HttpMethod: 'ANY',
          AuthorizationType: 'NONE',
          Integration: integration,
        }),
      },
    }),
  );
}

const status = (types: string[], integration: object, contentType?: string) =>
  ask(apiWith(types, integration), 'POST https://Api/live', {
    headers: contentType === undefined ? {} : { 'content-type': contentType },
  }).status;

const mock = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{"statusCode": 204}' },
  IntegrationResponses: [{ StatusCode: '204' }],
};
const templated = {
  Type: 'HTTP_PROXY',
  IntegrationHttpMethod: 'POST',
  Uri: 'https://web.example/',
  RequestTemplates: { 'text/plain': '$input.body' },
};

test.each([
  [['*/*'], mock, undefined],
  [['application/*'], mock, undefined],
  [['*/*'], mock, 'image/png'],
  [['*/*'], templated, 'text/plain; charset=utf-8'],
  [['text/plain'], templated, 'Text/Plain'],
])('binary types %j with the template of %j for %s are not simulated', (types, integration, contentType) => {
  expect(() => status(types, integration, contentType)).toThrow(/treats as binary; AWS may respond with 500/);
});

test.each([
  [[], mock, undefined, 204],
  [['image/*'], mock, undefined, 204],
  [['*/*'], { ...mock, ContentHandling: 'CONVERT_TO_TEXT' }, undefined, 204],
  [['image/png'], templated, 'text/plain', undefined],
  [['*/*'], templated, 'image/png', undefined],
])('binary types %j with %j for %s are: %s', (types, integration, contentType, expected) => {
  expect(status(types, integration, contentType)).toBe(expected);
});
