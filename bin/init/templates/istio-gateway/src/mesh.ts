import { Mesh } from 'cdk8s-cardinal';

/** Istio with sidecars, and its own gateway. */
export const mesh = Mesh.istio();
