import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Phase } from '../../kubernetes';
import { requireArguments } from '../../topology';
import type { LinkerdInstall } from './install';
import type { LinkerdSettings } from './settings';

/** Properties of a {@link LinkerdInstallation}. */
export interface LinkerdInstallationProps extends LinkerdSettings {
  /** How its charts are installed. */
  readonly install: LinkerdInstall;
}

/**
 * The control plane of Linkerd, for topologies with `Mesh.linkerd()`. In the cluster it needs the CRDs of the Gateway
 * API, and in the namespace of the control plane these Secrets of type `kubernetes.io/tls`, which the manifests do not
 * have: `linkerd-identity-issuer`, `linkerd-proxy-injector-k8s-tls`, `linkerd-sp-validator-k8s-tls` and
 * `linkerd-policy-validator-k8s-tls`.
 * @see https://linkerd.io/2/tasks/install-helm/
 */
export class LinkerdInstallation extends Chart {
  constructor(scope: Construct, id: string, props: LinkerdInstallationProps) {
    requireArguments('new.LinkerdInstallation', [scope, id, props]);
    super(scope, id);
    Phase.CONTROL_PLANE.assignTo(this);
    props.install._render(this, props);
  }
}
