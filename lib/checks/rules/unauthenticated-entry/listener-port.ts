import { type Field, Kind } from '../../../manifests';

export function portOf(at: Field): number | undefined {
  return at.resource.type === Kind.INGRESS
    ? 80
    : at.resource.type === Kind.GATEWAY
      ? at.get('port').number
      : at.get('port', 'number').number;
}

export function isSecure(at: Field): boolean {
  return ['HTTPS', 'TLS'].includes(
    at.get(...(at.resource.type === Kind.GATEWAY ? ['protocol'] : ['port', 'protocol'])).text.toUpperCase(),
  );
}

/** Whether a listener sees no requests, or answers each of them itself. */
export function isDead(at: Field): boolean {
  return (
    at.get('tls', 'httpsRedirect').isTrue
    || (isSecure(at)
      && at.resource.type === Kind.ISTIO_GATEWAY
      && ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(at.get('tls', 'mode').text))
  );
}

/** Whether clients have to show a certificate. */
export function demandsCertificate(at: Field): boolean {
  if (!isSecure(at)) {
    return false;
  }
  if (at.resource.type === Kind.ISTIO_GATEWAY) {
    return ['MUTUAL', 'ISTIO_MUTUAL'].includes(at.get('tls', 'mode').text);
  }
  const frontend = at.resource.spec.get('tls', 'frontend');
  const [own = frontend.get('default')] = frontend
    .get('perPort')
    .items.filter(each => each.get('port').number === at.get('port').number)
    .map(each => each.get('tls'));
  const validation = [at.get('tls', 'frontendValidation'), own.get('validation')].find(each => each.exists);
  const option = at.get('tls', 'options').strings['gateway.istio.io/tls-terminate-mode'];
  return (
    (validation !== undefined && validation.get('mode').text !== 'AllowInsecureFallback')
    || ['MUTUAL', 'ISTIO_MUTUAL'].includes(option ?? '')
  );
}
