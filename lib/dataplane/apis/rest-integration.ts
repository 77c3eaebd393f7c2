import { ownValue } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { ApiAnswer } from './answer';
import type { Visit } from './entry';
import { answererOf } from './lambda';
import { isFirstLink, targetOfLoadBalancer } from './load-balancer';
import { Outgoing } from './outgoing';
import { mapRestRequest } from './rest-mapping';
import type { RestMethod } from './rest-methods';
import { assertTransformable } from './rest-binary';
import { mockStatus } from './rest-mock';
import { respond } from './rest-responses';
import { applyTemplates } from './rest-templates';
import type { Sources } from './values';

const LONGEST = 29_000;

/**
 * The integration request of a REST API method. Its URI determines scheme, port, path, Host header, and the name in the
 * certificate. Through a VPC link V2 the path begins with the stage, unless a template overrides the path.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/private-integration.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-api-with-vpclink-using-swagger.html
 */
export function integrateMethod(visit: Visit, method: RestMethod, sources: Sources): Omit<ApiAnswer, 'by'> {
  const { template } = visit;
  const integration = method.resource.root.get('Properties', 'Integration');
  const type = template.text(integration.get('Type'));
  const timeoutMs = integration.get('TimeoutInMillis').number ?? LONGEST;
  assertTransformable(visit, integration, type);
  const name = `${template.text(method.resource.root.get('Properties', 'HttpMethod'))} ${method.path}`;
  if (type === 'MOCK') {
    return {
      status: mockStatus(template, integration),
      reason: `The method ${name} has a mock integration.`,
      steps: [],
    };
  }
  return type.startsWith('HTTP')
    ? sendOn(visit, method, sources, { name, timeoutMs, isProxy: type === 'HTTP_PROXY' })
    : {
        reason: `The method ${name} is integrated with ${answererOf(template, integration.get('Uri'))}.`,
        timeoutMs,
        steps: [],
      };
}

interface Sending {
  readonly name: string;
  readonly timeoutMs: number;
  readonly isProxy: boolean;
}

function sendOn(
  { message, template, api, stage }: Visit,
  { resource, parameters }: RestMethod,
  sources: Sources,
  { name, timeoutMs, isProxy }: Sending,
): Omit<ApiAnswer, 'by'> {
  const integration = resource.root.get('Properties', 'Integration');
  const { path: override, isUnsupported, isPassed } = applyTemplates(message, integration, parameters);
  if (isUnsupported) {
    return {
      ...respond(
        template,
        api,
        'UNSUPPORTED_MEDIA_TYPE',
        `The method ${name} has no mapping template for the content type: {"message":"Unsupported Media Type"}.`,
      ),
      steps: [],
    };
  }
  const verb = template.text(integration.get('IntegrationHttpMethod'));
  const asked = { ...message, method: verb === '' || verb === 'ANY' ? message.method : verb };
  const start = new Outgoing(isProxy ? asked : { ...asked, headers: {}, query: '', token: undefined });
  const mapped = mapRestRequest(start, integration.get('RequestParameters'), template, sources);
  const { hostname, scheme, port, path } = addressOf(template.text(integration.get('Uri')), mapped.path, sources, name);
  const isPrivate = template.text(integration.get('ConnectionType')) === 'VPC_LINK';
  const hasStage = isPrivate && override === undefined && !isFirstLink(template, integration);
  const outgoing = mapped.outgoing
    .forwarded()
    .withHeader('host', hostname)
    .with({ scheme, port })
    .withPath(override ?? `${hasStage ? `/${stage.name}` : ''}${path}`);
  return {
    reason: `The method ${name} forwards the request${isPrivate ? ' through the VPC link' : ''}.`,
    message: outgoing.message,
    serverName: scheme === 'https' ? hostname : undefined,
    targetGroup: isPrivate ? targetOfLoadBalancer(template, integration, port).targetGroup : undefined,
    timeoutMs,
    steps: [
      ...mapped.steps,
      ...(override === undefined ? [] : [`A mapping template sets the path to ${override}.`]),
      ...(isPassed ? ['No mapping template matches the content type, so the path is not overridden.'] : []),
      ...(hasStage ? [`The VPC link keeps the stage ${stage.name} in the path.`] : []),
      `The integration request goes to ${scheme}://${hostname}:${port}${outgoing.message.path}, with a `
        + `timeout of ${timeoutMs} ms.`,
    ],
  };
}

interface Address {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
}

/** The URI of an integration, with values for its parameters; a VPC link V1 has a default one. */
function addressOf(
  uri: string,
  parameters: Readonly<Record<string, string>>,
  { variables }: Sources,
  name: string,
): Address {
  const filled = uri.replace(
    /\$\{stageVariables\.([^}]+)\}/g,
    (_whole, variable: string) => ownValue(variables, variable) ?? '',
  );
  const [, scheme = '', hostname = '', port, path = ''] =
    /^(https?):\/\/([^/:?]+)(?::(\d+))?(\/[^?]*)?/.exec(filled) ?? [];
  if (hostname === '' || /[${}]/.test(hostname)) {
    throw new Unsimulated(
      `The URI "${uri}" of the method ${name} is not a URL.`,
      'Write a literal URL in the template.',
    );
  }
  return {
    scheme,
    hostname,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: path.replace(/\{([^}]+)\}/g, (whole, parameter: string) => ownValue(parameters, parameter) ?? whole) || '/',
  };
}
