import { ValidationError } from '../../topology';

/** The settings that an installation of Linkerd and the topologies must share. */
export interface LinkerdSettings {
  /**
   * The namespace of the control plane: `controlPlaneNamespace` of `Mesh.linkerd()`.
   * @default linkerd
   */
  readonly controlPlaneNamespace?: string;
  /**
   * The certificates of the trust anchors, as PEM, without private keys; several while they are rotated. Where none are
   * given, the ConfigMap `linkerd-identity-trust-roots` of the control plane's namespace has them under the key
   * `ca-bundle.crt`, as trust-manager writes it.
   * @default - those of the ConfigMap
   * @see https://linkerd.io/2/tasks/automatically-rotating-control-plane-tls-credentials/
   */
  readonly trustAnchors?: string;
  /**
   * The certificate authority of the webhooks, as PEM, without private keys. Where none is given, cert-manager writes it
   * from its Certificates `linkerd-proxy-injector`, `linkerd-sp-validator` and `linkerd-policy-validator` in the control
   * plane's namespace.
   * @default - that of the Certificates
   * @see https://linkerd.io/2/tasks/automatically-rotating-webhook-tls-credentials/
   */
  readonly webhookCa?: string;
  /**
   * Whether a CNI plugin redirects the traffic of pods to their proxies, in place of a privileged init container in each
   * pod. In the cluster: the chart `linkerd2-cni` in namespace `linkerd-cni`.
   * @default false
   * @see https://linkerd.io/2/features/cni/
   */
  readonly cni?: boolean;
  /**
   * The domain of the cluster.
   * @default cluster.local
   */
  readonly clusterDomain?: string;
  /**
   * The ranges of addresses from which the kubelet sends probes, as CIDRs: `probeCidrs` of `Mesh.linkerd()`.
   * @default - any address
   */
  readonly probeCidrs?: readonly string[];
}

/** @throws ValidationError for what is no certificate, or has a private key */
export function validateCertificates(name: 'trustAnchors' | 'webhookCa', pem: string | undefined): void {
  if (pem === undefined) {
    return;
  }
  if (/PRIVATE KEY/.test(pem)) {
    throw new ValidationError({
      code: 'UnsuitableInstallation',
      path: 'LinkerdInstallation',
      summary: `\`${name}\` contains a private key, which would be in the manifests.`,
      fix: 'Give the certificates alone, and keep the key in a Secret.',
    });
  }
  if (!/^(\s*-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----)+\s*$/.test(pem)) {
    throw new ValidationError({
      code: 'UnsuitableInstallation',
      path: 'LinkerdInstallation',
      summary: `\`${name}\` is not a list of certificates as PEM.`,
      fix: 'Give the text of the file, which begins with -----BEGIN CERTIFICATE-----.',
    });
  }
}
