export const HTTP_API = 'AWS::ApiGatewayV2::Api';
export const REST_API = 'AWS::ApiGateway::RestApi';
