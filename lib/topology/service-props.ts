import { requireDeclared } from './declared';
import { Mistake } from './mistake';
import { requireLabel } from './names';
import { Port } from './port';
import type { VersionProps } from './version';
import { WORKLOAD_PROPERTIES, type WorkloadProps } from './workload';

/** Pods that are deployed outside the topology, e.g. by a Helm chart. */
export interface ExistingWorkload {
  /** The labels that select the pods; the label `version` distinguishes their versions. */
  readonly labels: { readonly [label: string]: string };
  /** The ServiceAccount the pods run as: the identity that callees allow. */
  readonly serviceAccount: string;
}

/** Properties of a service. Workload properties given here apply to all its versions. */
export interface ServiceProps extends WorkloadProps {
  /**
   * The port on which it is called.
   * @default - none: it cannot be called
   */
  readonly port?: Port;
  /**
   * Further ports.
   * @default - none
   */
  readonly ports?: Port[];
  /**
   * The container image of versions without one of their own.
   * @default - each version declares its own
   */
  readonly image?: string;
  /**
   * The versions by name.
   * @default - one, `v1`
   */
  readonly versions?: { readonly [name: string]: VersionProps };
  /**
   * The namespace it runs in. One that the topology does not own must exist, and policies are rendered for this
   * service's pods only.
   * @default - the topology's
   */
  readonly namespace?: string;
  /**
   * Pods that exist already. In a namespace that the topology owns, only its Service, traffic rules and policies are
   * rendered; elsewhere none of these: the owner of the pods declares them, and allows the callers.
   * @default - its workload is rendered
   */
  readonly existing?: ExistingWorkload;
  /**
   * Whether its pods get a proxy. Without one it has no identity, and only NetworkPolicies protect it.
   * @default true
   */
  readonly inMesh?: boolean;
}

/** Rejects properties that contradict each other. */
export function requireTenableService(where: string, ports: readonly Port[], props: ServiceProps): void {
  ports.forEach(port => { requireDeclared(where, 'The port', port, Port); });
  requireDistinctPorts(where, ports);
  const imageless = Object.entries(props.versions ?? { v1: {} }).filter(([, version]) => (version.image ?? props.image) === undefined);
  if (!props.existing && imageless.length > 0) {
    throw new Mistake({
      code: 'NoImage',
      where,
      problem: `Version ${imageless.map(([name]) => name).join(', ')} has no container image.`,
      remedy: 'Give `image` on the version or on the service, or `existing` if its pods are deployed outside the topology.',
    });
  }
  if (props.versions && Object.keys(props.versions).length === 0) {
    throw new Mistake({ code: 'NoVersion', where, problem: 'It has no versions.', remedy: 'Declare at least one, or leave `versions` out.' });
  }
  if (props.existing) {
    refuseWorkloadOfExisting(where, props);
  }
  if (ports.length === 0) {
    refuseProbesWithoutPort(where, props);
  }
}

function refuseProbesWithoutPort(where: string, props: ServiceProps): void {
  const probed = [props, ...Object.values(props.versions ?? {})].find(({ health }) => health && health.kind !== 'none');
  if (probed) {
    throw new Mistake({
      code: 'NothingToProbe',
      where,
      problem: `Its health is probed over ${probed.health?.kind}, and it has no port to probe.`,
      remedy: 'Declare the port, or set Health.none().',
    });
  }
}

function requireDistinctPorts(where: string, ports: readonly Port[]): void {
  ports.forEach((port, index) => {
    const earlier = ports.slice(0, index).find(other => other.number === port.number || other.name === port.name);
    if (earlier) {
      throw new Mistake({
        code: 'DuplicatePort',
        where,
        problem: `Two ports have the ${earlier.number === port.number ? `number ${port.number}` : `name "${port.name}"`}.`,
        remedy: 'Give each port its own number and name, e.g. Port.http(8081, { name: \'admin\' }).',
      });
    }
  });
}

function refuseWorkloadOfExisting(where: string, props: ServiceProps): void {
  const given = [
    ...([props, ...Object.values(props.versions ?? {})].some(each => each.image !== undefined) ? ['image'] : []),
    ...WORKLOAD_PROPERTIES.filter(name => [props, ...Object.values(props.versions ?? {})].some(each => each[name] !== undefined)),
  ];
  if (given.length > 0) {
    throw new Mistake({
      code: 'Contradiction',
      where,
      problem: `Its pods exist already, so ${given.join(', ')} would have no effect.`,
      remedy: 'Leave these out, or leave out `existing` to have the workload rendered.',
    });
  }
  Object.entries(props.existing?.labels ?? {}).forEach(([label, value]) => { requireLabel(where, label, value); });
  if (Object.keys(props.existing?.labels ?? {}).length === 0) {
    throw new Mistake({ code: 'NoLabels', where, problem: 'Without labels it would select every pod of the namespace.', remedy: 'Give the labels of its pods.' });
  }
}
