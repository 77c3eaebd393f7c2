import { duplicate } from '../duplicate';
import { requireImage } from '../image';
import { requireDnsLabel } from '../names';
import { ValidationError } from '../validation-error';
import { type ContainerProps, OF_CONTAINER } from './container';
import { anyValue, validateAll, type Validations } from './validations';

/** A container in the pods of a service, beside its own. */
export interface FurtherContainer extends ContainerProps {
  /** The name of the container, unique in its pod. */
  readonly name: string;
  /** The container image. */
  readonly image: string;
}

/** A container that runs before the others start. */
export interface InitContainer extends FurtherContainer {
  /**
   * Whether it keeps running beside the others, and ends after them: a native sidecar, `restartPolicy: Always`. The
   * next container starts once its startup probe succeeds.
   * @default - it ends before the next container starts
   * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
   */
  readonly sidecar?: boolean;
}

const OF_FURTHER_CONTAINERS: Validations<FurtherContainer> = {
  ...OF_CONTAINER,
  name: (path, name) => {
    requireDnsLabel(path, 'a container', name);
    rejectContainerOfProxy(path, name);
  },
  image: requireImage,
};

const OF_INIT_CONTAINERS: Validations<InitContainer> = { ...OF_FURTHER_CONTAINERS, sidecar: anyValue };

/** @see https://github.com/istio/istio/blob/master/pkg/kube/inject/webhook.go */
const OF_PROXIES = [
  'istio-proxy',
  'istio-init',
  'istio-validation',
  'linkerd-proxy',
  'linkerd-init',
  'linkerd-network-validator',
];

/** Rejects the name of a container that a mesh adds: Istio would merge both, and Linkerd would leave its proxy out. */
export function rejectContainerOfProxy(path: string, name: string): void {
  if (OF_PROXIES.includes(name)) {
    throw new ValidationError({
      code: 'ReservedName',
      path,
      summary: `A mesh adds a container "${name}" to pods: with another one of this name they would have no working proxy.`,
      fix: 'Use another name.',
    });
  }
}

/** Rejects containers that Kubernetes rejects. */
export function validateContainers(path: string, containers: readonly FurtherContainer[]): void {
  containers.forEach(container => {
    const where = `${path}/${container.name}`;
    validateAll(OF_FURTHER_CONTAINERS, where, container);
    requireOwnPorts(where, container);
  });
}

/** The same for those before the others, which have neither probes nor hooks unless they keep running. */
export function validateInitContainers(path: string, containers: readonly InitContainer[]): void {
  containers.forEach(container => {
    const where = `${path}/${container.name}`;
    validateAll(OF_INIT_CONTAINERS, where, container);
    requireOwnPorts(where, container);
    const { sidecar, health, probes, lifecycle } = container;
    if (!sidecar && (health ?? probes ?? lifecycle) !== undefined) {
      throw new ValidationError({
        code: 'Contradiction',
        path: where,
        summary: 'A container that ends before the others start has no probes and no hooks.',
        fix: 'Leave `health`, `probes` and `lifecycle` out, or set `sidecar: true`.',
      });
    }
  });
}

/** Rejects two containers of one name in a pod. */
export function requireDistinctContainers(path: string, names: readonly string[]): void {
  const name = names.find((each, index) => names.indexOf(each) < index);
  if (name !== undefined) {
    throw duplicate(path, `Two containers of its pods have the name "${name}".`, 'Give each a name of its own.');
  }
}

/** A further container has no first port of a Service that its probes and hooks could use. */
function requireOwnPorts(path: string, { health, probes, lifecycle }: FurtherContainer): void {
  const probe = [health, ...Object.values(probes ?? {})].find(each => each?.needsPort);
  const hook = Object.values(lifecycle ?? {}).find(each => each?.kind === 'httpGet' && each.action.port === undefined);
  if (probe ?? hook) {
    throw new ValidationError({
      code: 'NothingToProbe',
      path,
      summary: `${probe ? 'A probe' : 'A hook'} of the container connects to a port, and names none.`,
      fix: 'Give the port, e.g. Health.http("/healthz", { port: 8081 }).',
    });
  }
}
