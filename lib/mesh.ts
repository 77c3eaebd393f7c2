import { IstioAmbient, type IstioAmbientProps, IstioSidecars, type IstioSidecarsProps } from './istio';
import { NoMesh, type NoMeshProps, type Target } from './kubernetes';
import { LinkerdMesh, type LinkerdMeshProps } from './linkerd';

/** The choice of the target that renders a topology: to change it is a change of one line. */
export class Mesh {
  /** Plain Kubernetes: the simplest target, and enough for most small systems. */
  static none(props: NoMeshProps = {}): Target {
    return new NoMesh(props);
  }

  /** Istio with an Envoy proxy in each pod: worth its cost from about 50 services, or under strict compliance. */
  static istio(props: IstioSidecarsProps = {}): Target {
    return new IstioSidecars(props);
  }

  /**
   * Istio without sidecars: mutual TLS and identities by a proxy on each node, and a waypoint for each namespace in
   * which something is declared of requests.
   */
  static ambient(props: IstioAmbientProps = {}): Target {
    return new IstioAmbient(props);
  }

  /**
   * Linkerd: a small proxy in each pod with mutual TLS, timeouts, retries and splits, and policies by identity, method
   * and path. Edges need a gateway of another project, whose pods join the mesh.
   */
  static linkerd(props: LinkerdMeshProps = {}): Target {
    return new LinkerdMesh(props);
  }
}
