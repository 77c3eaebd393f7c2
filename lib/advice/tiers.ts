/** The names of the tiers. */
export const PLAIN = 'plain Kubernetes';
export const AMBIENT = 'Istio in ambient mode';
export const SIDECARS = 'Istio with sidecars';
export const LINKERD = 'Linkerd';
