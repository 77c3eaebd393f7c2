import { isIP } from 'node:net';
import { isMap, Kind, type Resource, Workload } from '../../../manifests';
import { forAnyText, problem, type Problem } from '../../manifests/check';

const SELECTING: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/** Workloads whose selector does not match their own template. */
export function* unselected({ spec, object, kind }: Resource): Iterable<Problem> {
  const labels = spec.get('selector', 'matchLabels');
  const own = spec.get('template', 'metadata', 'labels').strings;
  const missing = labels.entries.find(([name, each]) => own[name] !== each.text);
  if (object.apiVersion.startsWith('apps/') && SELECTING.has(kind) && missing) {
    yield problem(
      labels,
      `The pods of the template have no label ${missing[0]}=${missing[1].text}, so the API server rejects the object.`,
      'Give the template all labels of the selector.',
    );
  }
}

/** The Pods of an object if the API server validates them, which it does not for a Rollout, a custom resource. */
function podsOf(resource: Resource): Workload | undefined {
  return resource.type === Kind.ROLLOUT ? undefined : Workload.of(resource);
}

/** Lists and maps that may not be empty, which the types do not state. */
export function* incomplete(resource: Resource): Iterable<Problem> {
  const { spec, type } = resource;
  const pod = podsOf(resource)?.pod;
  const at = pod?.exists ? pod.get('containers') : pod;
  if (at && (at === pod || (Array.isArray(at.value) && at.items.length === 0))) {
    yield problem(at, 'The Pod has no container, so the API server rejects the object.', 'Add a container.');
  }
  const isPortless = spec.get('clusterIP').text === 'None' || spec.get('type').text === 'ExternalName';
  const { ports = [] } = isMap(spec.value) ? spec.value : {};
  if (type === Kind.SERVICE && !isPortless && Array.isArray(ports) && ports.length === 0) {
    yield problem(spec, 'The Service has no ports, so the API server rejects it.', 'Add ports, or `clusterIP: None`.');
  }
  const modes = spec.get('portLevelMtls');
  if (type === Kind.PEER_AUTHENTICATION && isMap(modes.value) && modes.entries.length === 0) {
    yield problem(modes, 'portLevelMtls is empty, so the API server rejects the object.', 'Add a port, or remove it.');
  }
  const [name, least] = LEAST.get(type) ?? [];
  const list = name === undefined ? undefined : spec.get(name);
  if (list && Array.isArray(list.value) && list.items.length === 0) {
    yield problem(list, `The list of ${name} is empty, so the API server rejects the object.`, `Add ${least}.`);
  }
}

/** Numbers that the API server rejects by code: ports, and counts of Pods. */
export function* outOfRange(resource: Resource): Iterable<Problem> {
  const { spec, type } = resource;
  const pods = podsOf(resource);
  const ports = [
    ...(type === Kind.SERVICE
      ? spec.get('ports').items.flatMap(each => [each.get('port'), each.get('targetPort')])
      : []),
    ...(pods?.containers ?? []).flatMap(each => each.get('ports').items).map(each => each.get('containerPort')),
  ];
  for (const port of ports) {
    if (typeof port.value === 'number' && !(port.value >= 1 && port.value <= 65535)) {
      yield problem(
        port,
        `${port.text} is no port, so the API server rejects the object.`,
        'Use a number from 1 to 65535.',
      );
    }
  }
  const replicas = spec.get('replicas');
  if (pods && typeof replicas.value === 'number' && replicas.value < 0) {
    yield problem(
      replicas,
      'The number of replicas is negative, so the API server rejects the object.',
      'Use 0 for none.',
    );
  }
}

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const RESOURCE = new RegExp(`^(${RESOURCES.join('|')}|hugepages-.+|.*/.*)$`);

/**
 * Resources of containers that Kubernetes does not have.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/apis/core/validation/validation.go
 */
export function* unknownResources(resource: Resource): Iterable<Problem> {
  const amounts = (podsOf(resource)?.containers ?? [])
    .map(each => each.get('resources'))
    .flatMap(each => [...each.get('limits').entries, ...each.get('requests').entries]);
  for (const [name, at] of amounts.filter(each => !RESOURCE.test(each[0]))) {
    yield forAnyText(
      problem(
        at,
        `Kubernetes has no resource "${name}", so the API server rejects the object.`,
        `Use ${RESOURCES.join(', ')}, or a name with its domain, such as nvidia.com/gpu.`,
      ),
    );
  }
}

/** Addresses of Services, which are texts in the schemas. */
export function* unaddressed({ spec, type }: Resource): Iterable<Problem> {
  const address = spec.get('clusterIP');
  if (type === Kind.SERVICE && !['', 'None'].includes(address.text) && isIP(address.text) === 0) {
    yield problem(
      address,
      `"${address.text}" is no address, so the API server rejects the Service.`,
      'Use None for a headless Service, an address of the cluster, or remove it.',
    );
  }
}

/** Lists of the Gateway API with at least one member, where they are set. */
const LEAST: ReadonlyMap<string, readonly [name: string, member: string]> = new Map<string, [string, string]>([
  [Kind.GATEWAY, ['listeners', 'a listener']],
  [Kind.HTTP_ROUTE, ['rules', 'a rule, or omit the list for one that matches everything']],
]);
