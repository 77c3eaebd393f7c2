import { type Cluster, Kind, type KubernetesObject, type Resource, Workload } from '../../manifests';
import { isRoute } from './actions';
import type { Files } from './formats';
import { statesOf, type Step } from './plan';
import type { Stage } from './stages';

/** The commits of a plan: each is the whole state after the steps up to one, and is synchronized before the next. */
const COMMITS: readonly (readonly [name: string, stages: readonly Stage[]])[] = [
  ['1-widen', ['types', 'configuration', 'grants', 'callees', 'workloads']],
  ['2-routes', ['labels', 'routes']],
  ['3-narrow', ['narrow', 'retire', 'rest', 'last']],
];

const WAVES = ['types', 'configuration', 'policies', 'workloads', 'routes'] as const;
type Wave = (typeof WAVES)[number];

/** A folder for each commit, whose objects have the sync waves of Argo CD. */
export function argoFolders(steps: readonly Step[], before: Cluster): Files {
  return filesOf(steps, before, (resource, wave) => ({
    ...resource.object,
    metadata: {
      ...located(resource),
      annotations: { ...resource.object.metadata.annotations, 'argocd.argoproj.io/sync-wave': String(wave) },
    },
  }));
}

/**
 * A folder for each commit, with a folder for each Kustomization of Flux, which waits for the one before it.
 * @param path the path of the folder of a commit in the repository that Flux reads
 */
export function fluxFolders(steps: readonly Step[], before: Cluster, path: string): Files {
  const files = filesOf(steps, before, resource => ({ ...resource.object, metadata: located(resource) }));
  const commits = [...new Set([...files.keys()].map(each => each.split('/')[0] ?? ''))];
  return new Map([
    ...files,
    ...commits.map((commit): [string, readonly KubernetesObject[]] => [
      `${commit}/kustomizations/kustomizations.yaml`,
      kustomizationsOf(
        WAVES.flatMap((wave, index) => {
          const objects = files.get(fileOf(commit, wave, index));
          return objects ? [{ wave, objects }] : [];
        }),
        path,
      ),
    ]),
  ]);
}

interface Applied {
  readonly wave: Wave;
  readonly objects: readonly KubernetesObject[];
}

function kustomizationsOf(applied: readonly Applied[], path: string): KubernetesObject[] {
  return applied.map(({ wave, objects }, index) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: wave, namespace: 'flux-system' },
    spec: {
      interval: '10m',
      // Until a health check ends, a newer commit waits.
      timeout: '3m',
      retryInterval: '1m',
      path: `${path}/${WAVES.indexOf(wave) + 1}-${wave}`,
      prune: true,
      wait: true,
      ...healthOf(objects),
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...(index === 0 ? {} : { dependsOn: [{ name: applied[index - 1]?.wave }] }),
    },
  }));
}

function healthOf(objects: readonly KubernetesObject[]): object {
  const healthCheckExprs = HEALTH.filter(({ apiVersion, kind }) =>
    objects.some(each => each.kind === kind && each.apiVersion.split('/')[0] === apiVersion.split('/')[0]),
  );
  return healthCheckExprs.length === 0 ? {} : { healthCheckExprs };
}

/**
 * What Flux does not find in the conditions that it reads: a Gateway has no condition Ready, and the observed
 * generation of a Rollout is a text.
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#health-check-expressions
 */
const HEALTH = [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    current:
      "status.conditions.exists(e, e.type == 'Programmed' && e.status == 'True' && e.observedGeneration == metadata.generation)",
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    failed: "status.phase == 'Degraded' && status.observedGeneration == string(metadata.generation)",
    current: "status.phase == 'Healthy' && status.observedGeneration == string(metadata.generation)",
  },
];

function fileOf(commit: string, wave: Wave, index: number): string {
  return `${commit}/${index + 1}-${wave}/${wave}.yaml`;
}

function filesOf(
  steps: readonly Step[],
  before: Cluster,
  write: (resource: Resource, wave: number) => KubernetesObject,
): Files {
  const states = statesOf(steps, before);
  const files = new Map<string, readonly KubernetesObject[]>();
  for (const [commit, stages] of COMMITS) {
    const last = steps.findLastIndex(each => stages.includes(each.stage));
    const state = states[last];
    if (state) {
      WAVES.forEach((wave, index) => {
        const own = state.filter(each => waveOf(each) === wave);
        if (own.length > 0) {
          files.set(
            fileOf(commit, wave, index),
            own.map(each => write(each, index + 1)),
          );
        }
      });
    }
  }
  return files;
}

function located({ object, namespace }: Resource) {
  return namespace === '' ? object.metadata : { ...object.metadata, namespace };
}

function waveOf(resource: Resource): Wave {
  if ([Kind.NAMESPACE, Kind.CRD, Kind.GATEWAY_CLASS].some(each => each === resource.type)) {
    return 'types';
  }
  if (Workload.of(resource)) {
    return 'workloads';
  }
  if (isRoute(resource)) {
    return 'routes';
  }
  return /(Policy|Authentication|Grant|Rule|Entry|Sidecar)\b|^Service$/.test(resource.type)
    ? 'policies'
    : 'configuration';
}
