import { requireLabel } from '../names';
import { requireAnnotation } from './keys';
import { ValidationError } from '../validation-error';
import type { Validations } from './validations';

/** Further labels and annotations of an object. */
export interface Metadata {
  /**
   * Labels beside those that selectors and policies use.
   * @default - none
   */
  readonly labels?: { readonly [label: string]: string };
  /** @default - none */
  readonly annotations?: { readonly [annotation: string]: string };
}

export const OF_METADATA: Validations<Metadata> = {
  labels: (path, labels) => {
    Object.entries(labels).forEach(([label, value]) => {
      requireLabel(path, label, value);
      rejectOwned(path, 'label', label, OWNED_LABEL);
    });
  },
  annotations: (path, annotations) => {
    Object.entries(annotations).forEach(([name, value]) => {
      requireAnnotation(path, name, value);
      rejectOwned(path, 'annotation', name, OWNED_ANNOTATION);
    });
  },
};

/** Labels that selectors of the topology, and the meshes that it is rendered for, depend on. */
const OWNED_LABEL = anyOf(
  /app|version|app\.kubernetes\.io\/(name|part-of)/,
  /((sidecar|security|service|topology)\.)?istio\.io\/.*|istio-injection/,
  // By these, policies and NetworkPolicies select the pods of gateways, which accept requests from anywhere.
  /gateway\.(networking\.k8s|envoyproxy)\.io\/.*/,
);

/** Annotations that `proxy` renders, that change what reaches the proxy, and those of this package. */
const OWNED_ANNOTATION = anyOf(
  /(traffic\.sidecar|inject|proxy|ambient)\.istio\.io\/.*|(config\.)?linkerd\.io\/.*|cdk8s-cardinal\/.*/,
  /sidecar\.istio\.io\/(inject|interceptionMode|proxy.*|logLevel|componentLogLevel|bootstrapOverride)/,
);

function anyOf(...expressions: readonly RegExp[]): RegExp {
  return new RegExp(`^(${expressions.map(each => each.source).join('|')})$`);
}

function rejectOwned(path: string, what: string, name: string, owned: RegExp): void {
  if (owned.test(name)) {
    throw new ValidationError({
      code: 'ReservedName',
      path,
      summary: `The ${what} "${name}" has its value from the topology: selectors, policies or the mesh depend on it.`,
      fix: 'Leave it out; settings of the proxy are in `proxy`, membership in the mesh is `inMesh`.',
    });
  }
}
