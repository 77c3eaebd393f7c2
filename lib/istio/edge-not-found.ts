/**
 * What no route names is answered as if it were not there: with 404. The allow-list refuses it before, with 403, which stays the answer to
 * a request for a route whose proof is missing.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export function notFound(): object {
  return {
    local_reply_config: {
      mappers: [{
        filter: {
          extension_filter: {
            name: 'envoy.access_loggers.extension_filters.cel',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
              expression: 'response.code_details.startsWith(\'rbac_access_denied\') && !has(xds.route_name)',
            },
          },
        },
        status_code: 404,
        body: { inline_string: '' },
      }],
    },
  };
}
