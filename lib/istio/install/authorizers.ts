import { durationOf } from '../../kubernetes';
import { type Edge, type ExternalAuthorizer, FailureMode, Protocol, type Topology } from '../../topology';

/** The name of the authorizer of an edge in the mesh configuration. */
export function authorizerNameOf(edge: Edge): string {
  return `${edge.id}-authorizer`;
}

/**
 * The authorizers of a topology's edges, as extension providers of the mesh configuration.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 */
export function authorizersOf({ edges }: Topology): { readonly name: string }[] {
  return edges.flatMap(edge =>
    edge.authorizers.slice(0, 1).map(authorizer => ({ name: authorizerNameOf(edge), ...providerOf(authorizer) })),
  );
}

function providerOf({ service, port, requestHeaders, timeout, failureMode }: ExternalAuthorizer): object {
  const common = {
    service: service?.host,
    port: port?.number,
    timeout: timeout ? durationOf(timeout) : undefined,
    failOpen: failureMode === FailureMode.FAIL_OPEN,
  };
  return port?.protocol === Protocol.GRPC
    ? { envoyExtAuthzGrpc: common }
    : {
        envoyExtAuthzHttp: {
          ...common,
          includeRequestHeadersInCheck: ['authorization', ...(requestHeaders ?? [])],
        },
      };
}
