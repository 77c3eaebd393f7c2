/**
 * Requests that match no route get status 404. The AuthorizationPolicy denies them with 403 before routing; this mapper
 * replaces that status, and keeps 403 for requests that match a route but lack its authentication.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export function notFound(): object {
  return {
    local_reply_config: {
      mappers: [
        {
          filter: {
            extension_filter: {
              name: 'envoy.access_loggers.extension_filters.cel',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
                expression: "response.code_details.startsWith('rbac_access_denied') && !has(xds.route_name)",
              },
            },
          },
          status_code: 404,
          body: { inline_string: '' },
        },
      ],
    },
  };
}
