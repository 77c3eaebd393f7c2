import { ownValue } from '../../manifests';
import type { ApiAnswer } from './answer';
import type { Visit } from './entry';
import { mapHttpRequest } from './http-mapping';
import type { HttpRoute } from './http-routes';
import { answererOf } from './lambda';
import { targetOfListener } from './load-balancer';
import { Outgoing } from './outgoing';
import { DEFAULT_STAGE } from './stages';
import { Unsimulated } from '../messages/unsimulated';
import type { Sources } from './values';

const LONGEST = 30_000;

/**
 * The integration request of an HTTP API route. Through a VPC link the path begins with the stage, unless the stage is
 * `$default`, and the Host header is that of the client: this is undocumented, but a listener's ARN contains no other
 * name. With a URL, it is the URL's. With a TLS configuration it is HTTPS, with its server name as the SNI.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigatewayv2-integration-tlsconfig.html
 */
export function integrateRoute(
  { message, template, path, stage }: Visit,
  { resource, key }: HttpRoute,
  sources: Sources,
): Omit<ApiAnswer, 'by'> {
  const integration = template.referred(resource.root.get('Properties', 'Target'), 'AWS::ApiGatewayV2::Integration');
  if (!integration) {
    throw new Unsimulated(
      `The integration of the route ${key} is not in its template.`,
      'Declare the API and its integrations in one template.',
    );
  }
  const properties = integration.root.get('Properties');
  const timeoutMs = properties.get('TimeoutInMillis').number ?? LONGEST;
  if (template.text(properties.get('IntegrationType')) !== 'HTTP_PROXY') {
    return {
      reason: `The route ${key} is integrated with ${answererOf(template, properties.get('IntegrationUri'))}.`,
      timeoutMs,
      steps: [],
    };
  }
  const method = template.text(properties.get('IntegrationMethod'));
  const start = new Outgoing({
    ...message,
    method: method === '' || method === 'ANY' ? message.method : method,
  }).forwarded();
  const isPrivate = template.text(properties.get('ConnectionType')) === 'VPC_LINK';
  const uri = properties.get('IntegrationUri');
  const { port, targetGroup } = isPrivate ? targetOfListener(template, uri) : {};
  const scheme = properties.get('TlsConfig').exists ? 'https' : 'http';
  const sent = isPrivate
    ? start
        .with({ scheme, port: port ?? (scheme === 'https' ? 443 : 80) })
        .withPath(stage.name === DEFAULT_STAGE ? path : `/${stage.name}${path}`)
    : toUrl(start, template.text(uri), key, sources);
  const { outgoing, steps } = mapHttpRequest(sent, properties.get('RequestParameters'), template, sources);
  const serverName = isPrivate ? template.text(properties.get('TlsConfig', 'ServerNameToVerify')) : '';
  return {
    reason: `The route ${key} forwards the request${isPrivate ? ' through the VPC link' : ''}.`,
    message: outgoing.message,
    serverName: serverName === '' ? undefined : serverName,
    targetGroup,
    timeoutMs,
    steps: [
      ...steps,
      `${integration.name} sends the request to `
        + `${outgoing.message.scheme}://${outgoing.message.host}:${outgoing.message.port}${outgoing.message.path}, `
        + `with a timeout of ${timeoutMs} ms.`,
    ],
  };
}

function toUrl(start: Outgoing, uri: string, key: string, { parameters, path, variables }: Sources): Outgoing {
  const filled = uri
    .replace(/\$\{stageVariables\.([^}]+)\}/g, (_whole, name: string) => ownValue(variables, name) ?? '')
    .replace(/\{([^}]+?)\+?\}/g, (whole, name: string) => ownValue(parameters, name) ?? whole);
  if (!URL.canParse(filled)) {
    throw new Unsimulated(`The URI "${uri}" of the route ${key} is not a URL.`, 'Write a literal URL in the template.');
  }
  const { protocol, hostname, port, pathname } = new URL(filled);
  const scheme = protocol.replace(':', '');
  return start
    .withHeader('host', hostname)
    .with({ scheme, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port) })
    .withPath(key === '$default' ? `${pathname.replace(/\/$/, '')}${path}` : pathname);
}
