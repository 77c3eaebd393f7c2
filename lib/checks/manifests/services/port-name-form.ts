import type { Resource } from '../../../manifests';

/** Services of the control plane and those that Istio creates for Gateways. */
export function isOfIstio({ labels }: Resource): boolean {
  return (
    'istio' in labels
    || labels.release === 'istio'
    || (labels['gateway.istio.io/managed'] ?? '').startsWith('istio.io-')
  );
}
