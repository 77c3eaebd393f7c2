import { ownValue } from '../../../manifests';
import type { ApiAnswer } from './answer';
import type { Visit } from './entry';
import { mapHttpRequest } from './http-mapping';
import type { HttpRoute } from './http-routes';
import { answererOf } from './lambda';
import { targetOfListener } from './load-balancer';
import { Outgoing } from './outgoing';
import { DEFAULT_STAGE } from './stages';
import { Unsimulated } from '../unsimulated';
import type { Sources } from './values';

const LONGEST = 30_000;

/**
 * The request of an HTTP API to what is behind a route. Through a VPC link the path has the stage before it, unless the stage is `$default`, and the Host
 * header is the one that the client sent: no reference page says so, but a listener's ARN has no name to put in its place. To a URL, it is the URL's.
 * A TLS configuration makes it HTTPS, and its server name is asked for by SNI.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigatewayv2-integration-tlsconfig.html
 */
export function integrateRoute({ message, template, path, stage }: Visit, { resource, key }: HttpRoute, sources: Sources): Omit<ApiAnswer, 'by'> {
  const integration = template.referred(resource.root.get('Properties', 'Target'), 'AWS::ApiGatewayV2::Integration');
  if (!integration) {
    throw new Unsimulated(`The integration of the route ${key} is not in its template.`, 'Declare the API and its integrations in one template.');
  }
  const properties = integration.root.get('Properties');
  const timeoutMs = properties.get('TimeoutInMillis').number ?? LONGEST;
  if (template.text(properties.get('IntegrationType')) !== 'HTTP_PROXY') {
    return { reason: `The route ${key} is answered by ${answererOf(template, properties.get('IntegrationUri'))}.`, timeoutMs, steps: [] };
  }
  const method = template.text(properties.get('IntegrationMethod'));
  const start = new Outgoing({ ...message, method: method === '' || method === 'ANY' ? message.method : method }).forwarded();
  const isPrivate = template.text(properties.get('ConnectionType')) === 'VPC_LINK';
  const uri = properties.get('IntegrationUri');
  const { port, targetGroup } = isPrivate ? targetOfListener(template, uri) : {};
  const scheme = properties.get('TlsConfig').exists ? 'https' : 'http';
  const sent = isPrivate
    ? start.with({ scheme, port: port ?? (scheme === 'https' ? 443 : 80) }).withPath(stage.name === DEFAULT_STAGE ? path : `/${stage.name}${path}`)
    : toUrl(start, template.text(uri), key, sources);
  const { outgoing, steps } = mapHttpRequest(sent, properties.get('RequestParameters'), template, sources);
  const serverName = isPrivate ? template.text(properties.get('TlsConfig', 'ServerNameToVerify')) : '';
  return {
    reason: `The route ${key} passes it on${isPrivate ? ' through the VPC link' : ''}.`,
    message: outgoing.message,
    serverName: serverName === '' ? undefined : serverName,
    targetGroup,
    timeoutMs,
    steps: [...steps, `${integration.name} sends it to ${outgoing.message.scheme}://${outgoing.message.host}:${outgoing.message.port}${outgoing.message.path}, and waits ${timeoutMs} ms.`],
  };
}

function toUrl(start: Outgoing, uri: string, key: string, { parameters, path, variables }: Sources): Outgoing {
  const filled = uri.replace(/\$\{stageVariables\.([^}]+)\}/g, (_whole, name: string) => ownValue(variables, name) ?? '')
    .replace(/\{([^}]+?)\+?\}/g, (whole, name: string) => ownValue(parameters, name) ?? whole);
  if (!URL.canParse(filled)) {
    throw new Unsimulated(`The address "${uri}" behind the route ${key} is no URL.`, 'Write it in the template.');
  }
  const { protocol, hostname, port, pathname } = new URL(filled);
  const scheme = protocol.replace(':', '');
  return start.withHeader('host', hostname).with({ scheme, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port) })
    .withPath(key === '$default' ? `${pathname.replace(/\/$/, '')}${path}` : pathname);
}
