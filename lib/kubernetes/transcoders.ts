import { type Edge, precedes, type ProtoDescriptor, Route, type Translation, ValidationError } from '../topology';

/**
 * The Envoy filters that transcode the REST requests of an edge to gRPC and the responses back, one for each
 * descriptor. The route is chosen by the REST request.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_json_transcoder_filter
 */
export function transcoders(edge: Edge): object[] {
  const byDescriptor = new Map<ProtoDescriptor, Translation[]>();
  for (const route of edge.routes) {
    const { translation } = route;
    if (translation) {
      rejectStrangers(edge, route, translation);
      byDescriptor.set(translation.descriptor, [...(byDescriptor.get(translation.descriptor) ?? []), translation]);
    }
  }
  return [...byDescriptor].map(([descriptor, bindings]) => ({
    name: 'envoy.filters.http.grpc_json_transcoder',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
      proto_descriptor_bin: descriptor.boundTo(bindings),
      services: [...new Set(bindings.map(({ service }) => service))],
      match_incoming_request_route: true,
      convert_grpc_status: true,
      print_options: { preserve_proto_field_names: true, always_print_primitive_fields: true },
      request_validation_options: { reject_unknown_query_parameters: true },
    },
  }));
}

/** The filter runs before a route is chosen, so it also transcodes requests that match another route. */
function rejectStrangers(edge: Edge, { operation }: Route, { descriptor }: Translation): void {
  const stranger = edge.rules.find(
    other =>
      (other instanceof Route ? other.translation?.descriptor : undefined) !== descriptor
      && other.operation.overlaps(operation)
      && (precedes(other.operation, operation) || other.operation.requests === operation.requests),
  );
  if (stranger) {
    throw new ValidationError({
      code: 'AmbiguousRoutes',
      path: `${edge.path}/${operation.toString()}`,
      summary:
        `Requests for "${stranger.operation.toString()}" would be transcoded to gRPC as well: the paths `
        + 'overlap, and that route has another descriptor or none.',
      fix: 'Use paths that do not overlap for the two routes.',
    });
  }
}
