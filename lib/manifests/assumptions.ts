/**
 * What is the case in a cluster and manifests do not declare. The simulator, the checks and the command line have the
 * same assumptions.
 */
export interface Assumptions {
  /**
   * The DNS domain of the cluster.
   * @default cluster.local
   */
  readonly clusterDomain?: string;
  /**
   * The labels of namespaces that the manifests do not declare, by namespace, such as
   * `{ shop: { 'istio-injection': 'enabled' } }`; `*` is every other one. Labels of declared ones take precedence.
   * @default - unknown: a result that depends on whether Pods of such a namespace are in the mesh is an
   * {@link Unsimulated} error
   */
  readonly namespaceLabels?: { readonly [namespace: string]: { readonly [name: string]: string } };
  /**
   * Settings of the mesh (MeshConfig) that no ConfigMap or IstioOperator among the manifests has; those of manifests
   * take precedence, field by field.
   * @default - those of the manifests, else Istio's defaults
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
   */
  readonly meshConfig?: { readonly [name: string]: unknown };
  /**
   * The Pods of Istio's gateways that no manifest declares, for Gateways that select their labels.
   * @default - Istio's usual installations; a result that depends on their namespace, labels or ports is an
   * {@link Unsimulated} error
   */
  readonly gatewayPods?: readonly AssumedGatewayPods[];
  /**
   * The controllers of GatewayClasses that the manifests do not declare, by class, such as
   * `{ public: 'istio.io/gateway-controller' }`. Declared ones take precedence.
   * @default - `istio` is Istio's, `eg` and `envoy-gateway` are those of Envoy Gateway; a request through a Gateway of any
   * other class is an {@link Unsimulated} error
   */
  readonly gatewayClasses?: { readonly [name: string]: string };
}

/** Pods of a gateway of Istio that no manifest declares. */
export interface AssumedGatewayPods {
  /** The name of their Deployment and Service. */
  readonly name: string;
  /** Their namespace. */
  readonly namespace: string;
  /** All of their labels. */
  readonly labels: { readonly [name: string]: string };
  /**
   * Their ServiceAccount.
   * @default - the name
   */
  readonly serviceAccount?: string;
  /**
   * The ports of their Service.
   * @default - the Pods are reached at the ports of their Gateways
   */
  readonly ports?: readonly AssumedPort[];
}

/** A port of a Service that no manifest declares. */
export interface AssumedPort {
  /** The port of the Service. */
  readonly port: number;
  /**
   * The port of the Pods.
   * @default - the same
   */
  readonly targetPort?: number;
}

/** Labels of namespaces by namespace; `*` is every other one. */
export type NamespaceLabels = NonNullable<Assumptions['namespaceLabels']>;
