import { type Edge, FrontKind, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Edges whose declared front is not among what is deployed, and edges with an API in front that they do not declare.
 * @param artifacts CloudFormation templates, and what `googleApiGateway` and `azureApiManagement` return
 */
export function checkFronts(topology: Topology, artifacts: readonly object[]): SynthesisFinding[] {
  return topology.edges.flatMap(edge => {
    const found = [...new Set(artifacts.flatMap(each => frontsIn(each, edge.host)))];
    const { front, path } = edge;
    if (!front) {
      return found.map(kind => ({
        id: 'UndeclaredFront',
        severity: Severity.ERROR,
        path,
        message: `${sentence(NAMES[kind])} is in front of the edge, which declares no front: clients can bypass it.`,
        fix: `Declare it as \`front\` of ${edge.name}, or remove it.`,
      }));
    }
    return found.includes(front.kind) ? [] : [missing(edge, front.kind, front.name, found)];
  });
}

const NAMES = {
  [FrontKind.HTTP_API]: 'an HTTP API',
  [FrontKind.REST_API]: 'a REST API',
  [FrontKind.WEBSOCKET_API]: 'a WebSocket API',
  [FrontKind.GOOGLE_API_GATEWAY]: "Google's API Gateway",
  [FrontKind.AZURE_API_MANAGEMENT]: 'Azure API Management',
  [FrontKind.OTHER]: 'another front',
};

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function missing({ path }: Edge, kind: FrontKind, name: string, found: readonly FrontKind[]): SynthesisFinding {
  return kind === FrontKind.OTHER
    ? {
        id: 'UnverifiedFront',
        severity: Severity.INFO,
        path,
        message: `No template or document can show whether ${name} is in front of the edge.`,
        fix: 'Verify it where it is deployed.',
      }
    : {
        id: 'MissingFront',
        severity: Severity.ERROR,
        path,
        message:
          `The edge declares ${name} as its front, and `
          + `${found.length > 0 ? `${found.map(each => NAMES[each]).join(', ')} is in front of it` : 'none forwards requests to it'}.`,
        fix: 'Create the declared front, or declare the one that there is.',
      };
}

/** The kinds of APIs in a template or document that forward requests to a host. */
function frontsIn(document: object, host: string): FrontKind[] {
  const artifact = objectOf(document);
  const named = Object.entries(objectOf(artifact.Resources)).map(([id, each]) => [id, objectOf(each)] as const);
  const resources = named.map(([, each]) => each);
  const webSocketApis = named
    .filter(([, each]) => objectOf(each.Properties).ProtocolType === 'WEBSOCKET')
    .map(([id]) => id);
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type).map(each => objectOf(each.Properties));
  const kinds: [FrontKind, boolean][] = [
    [
      FrontKind.HTTP_API,
      ofType('AWS::ApiGatewayV2::Integration').some(
        each => objectOf(each.RequestParameters)['overwrite:header.host'] === host,
      ),
    ],
    [FrontKind.REST_API, ofType('AWS::ApiGateway::Method').some(each => isUrlOf(objectOf(each.Integration).Uri, host))],
    [
      FrontKind.WEBSOCKET_API,
      ofType('AWS::ApiGatewayV2::Integration').some(
        each => webSocketApis.includes(String(objectOf(each.ApiId).Ref)) && isUrlOf(each.IntegrationUri, host),
      ),
    ],
    [FrontKind.GOOGLE_API_GATEWAY, isUrlOf(objectOf(artifact['x-google-backend']).address, host)],
    [
      FrontKind.AZURE_API_MANAGEMENT,
      typeof artifact.policy === 'string'
        && artifact.policy.includes(`<set-backend-service base-url="https://${host}" />`),
    ],
  ];
  return kinds.filter(([, isFound]) => isFound).map(([kind]) => kind);
}

function objectOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Paths of REST APIs have parameters in braces, which URLs have not. */
function isUrlOf(value: unknown, host: string): boolean {
  return typeof value === 'string' && /^https?:\/\/([^/:]+)/.exec(value)?.[1] === host;
}
