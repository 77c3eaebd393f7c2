import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Phase } from '../../kubernetes';
import { requireArguments } from '../../topology';
import { Install } from './install';
import type { MeshSettings } from './mesh-settings';

/** Properties of an {@link IstioInstallation}. */
export interface IstioInstallationProps extends MeshSettings {
  /** @default Install.istioctl() */
  readonly install?: Install;
}

/** An Istio control plane with the settings that the topologies require. */
export class IstioInstallation extends Chart {
  constructor(scope: Construct, id: string, props: IstioInstallationProps = {}) {
    requireArguments('new.IstioInstallation', [scope, id, props]);
    super(scope, id);
    Phase.CONTROL_PLANE.assignTo(this);
    (props.install ?? Install.istioctl())._render(this, props);
  }
}
