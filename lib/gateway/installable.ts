import { type Edge, FailureMode, ValidationError } from '../topology';
import { limitsOf, rejectSharedHeaders } from './client-headers';
import { rejectSeveralLogins } from './login';
import { rejectUnmatchable } from './unmatchable-paths';

/** Throws for settings that only the installation of Envoy Gateway can have, or that it does not support. */
export function requireInstallable(edge: Edge, failClosed: boolean): void {
  rejectSharedHeaders(edge);
  edge.rules.forEach(rejectUnmatchable);
  rejectSeveralLogins(edge);
  const answer = failClosed ? FailureMode.FAIL_CLOSED : FailureMode.FAIL_OPEN;
  if (limitsOf(edge).some(({ failureMode }) => failureMode !== answer)) {
    throw new ValidationError({
      code: 'FixedByInstallation',
      path: edge.path,
      summary:
        `While requests cannot be counted, this installation of Envoy Gateway would ${answer} them, but `
        + 'the edge declares the opposite.',
      fix:
        'Set `rateLimit.failClosed` in the configuration of Envoy Gateway and the same value as '
        + '`failClosed` here, or change the limit.',
    });
  }
  const nested = limitsOf(edge).find(({ client: { kind, name } }) => kind === 'claim' && name.includes('.'));
  if (nested) {
    throw new ValidationError({
      code: 'NestedClaim',
      path: edge.path,
      summary: `Envoy Gateway reads "${nested.client.name}" as a nested claim, so clients would not be counted.`,
      fix: 'Identify clients by a claim without "." in its name.',
    });
  }
  if (edge.connections.length > 0 && (edge.allowedCidrs ?? edge.deniedCidrs)) {
    throw new ValidationError({
      code: 'Contradiction',
      path: edge.path,
      summary: 'Envoy Gateway compares the addresses of requests only, so any address could connect.',
      fix: 'Declare another edge for connections, or remove the lists of addresses.',
    });
  }
  const byClient = edge.rules.find(({ auth: { token } }) => token?.clientIdAsAudience);
  if (byClient) {
    throw new ValidationError({
      code: 'NoClientIds',
      path: `${edge.path}/${byClient.operation.toString()}`,
      summary: 'Envoy Gateway has no condition for tokens without `aud`, so `client_id` cannot replace it.',
      fix: "Use Istio's gateway, or configure the issuer to set `aud` in its tokens.",
    });
  }
  const keyless = edge.rules.find(
    ({ auth: { token } }) => token && token.jwks === undefined && token.jwksUri === undefined,
  );
  if (keyless) {
    throw new ValidationError({
      code: 'NoKeys',
      path: `${edge.path}/${keyless.operation.toString()}`,
      summary:
        `The token of the route has neither \`jwksUri\` nor \`jwks\`, and Envoy Gateway does not `
        + `discover the keys of ${keyless.auth.token?.issuer}.`,
      fix: 'Set `jwksUri`, the URL of the keys, or `jwks`, the keys themselves.',
    });
  }
}
