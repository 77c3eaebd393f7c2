import { IstioSidecars, type IstioSidecarsProps } from './istio';
import { NoMesh, type NoMeshProps, type Target } from './kubernetes';

/** The choice of what keeps a topology's promises: changing it is a change of one line. */
export class Mesh {
  /** Plain Kubernetes: the simple start, and enough for most small systems. */
  static none(props: NoMeshProps = {}): Target {
    return new NoMesh(props);
  }

  /** Istio with an Envoy proxy in each pod: worth its cost from about 50 services, or under strict compliance. */
  static istio(props: IstioSidecarsProps = {}): Target {
    return new IstioSidecars(props);
  }
}
