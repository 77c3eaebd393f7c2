import { contextOf, TrafficMatrix } from '../../dataplane';
import { Cluster, Kind, type KubernetesObject, Resource, resourcesOf } from '../../manifests';
import { call, exported, literal, make, name, object, printModel, refersTo, type Statement } from '../program';
import { ALL } from './calls';
import { differencesBetween } from './compare';
import { Choices, type Refusal } from './choices';
import { type Coverage, coverageOf } from './fields';
import { ASSUMED, assumedGateways } from './gateways';
import { headerOf } from './header';
import { DEFAULT_RETRIES } from './routes';
import { appStatements, type ImportMesh, type Model, modelOf } from './model';
import { restOf } from './rest';
import { isReserved } from './services';

/** What rendering a model gives: its objects, or why it is refused. */
export type Rendering = { readonly resources: readonly Resource[] } | { readonly refusal: Refusal };

/** How manifests become a model. */
export interface ImportProps {
  readonly name?: string;
  /** By default that of the manifests. */
  readonly mesh?: ImportMesh;
  readonly keepsOpen: boolean;
  /** Renders the statements of a model. */
  readonly render: (statements: readonly Statement[]) => Rendering;
}

/** A model, and how it differs from the manifests. */
export interface Import {
  /** The program. */
  readonly text: string;
  /** The objects that it includes from a file. */
  readonly kept: readonly KubernetesObject[];
  /** Requests that get another result, and pairs of callers and callees that do. */
  readonly differences: readonly string[];
  readonly coverage: Coverage;
  /** The number of pairs in the matrix. */
  readonly pairs: number;
  readonly guesses: readonly string[];
}

/** Manifests for which no model can be rendered. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** The file with the objects that a model keeps. */
export const OBJECTS_FILE = 'objects.yaml';

/** Manifests as a model in TypeScript. Throws where the model cannot be rendered at all. */
export function importOf(read: Cluster, props: ImportProps): Import {
  const { cluster, guesses, mesh } = prepared(read, props.mesh);
  const choices = new Choices();
  const title = props.name ?? nameOf(cluster);
  for (;;) {
    const model = modelOf(cluster, { name: title, mesh, keepsOpen: props.keepsOpen, ...choices });
    const outcome = completed(model, cluster, title, mesh, props.render);
    if (!('refusal' in outcome)) {
      const result = described(outcome, model, cluster, title, guesses);
      if (!choices.changedBy(result.differences, model, cluster.clusterDomain)) {
        return result;
      }
    } else if (!choices.refusedBy(outcome.refusal, model, title)) {
      throw new ImportError(`The model cannot be rendered: ${outcome.refusal.message}`);
    }
  }
}

interface Completed {
  readonly statements: readonly Statement[];
  readonly kept: readonly KubernetesObject[];
  readonly rendered: readonly Resource[];
  readonly counterparts: ReadonlyMap<Resource, Resource>;
}

/** The model with what is left of the manifests, rendered. */
function completed(
  model: Model,
  cluster: Cluster,
  title: string,
  mesh: ImportMesh,
  render: ImportProps['render'],
): Completed | Extract<Rendering, { refusal: unknown }> {
  const base = [...used(model.statements), ...appStatements(title, mesh)];
  const first = render(base);
  if ('refusal' in first) {
    return first;
  }
  const rest = restOf({ ...model, cluster: written(cluster), rendered: first.resources });
  const ofRest = rest.statements.map((each, index) =>
    index === 0
      ? { ...each, comment: ['What the model has no words for, as it is.', ...(each.comment ?? [])], isApart: true }
      : each,
  );
  const statements = [...base, ...model.ofChart, ...ofRest];
  const second = render(statements);
  return 'refusal' in second
    ? second
    : { statements, kept: rest.kept, rendered: second.resources, counterparts: rest.counterparts };
}

/** Without constants that no other statement has. */
function used(statements: readonly Statement[]): Statement[] {
  const isRead = (constant: string, all: readonly Statement[]) =>
    all.some(
      ({ code, each }) =>
        refersTo(code, constant)
        || each?.within?.list === constant
        || each?.of.some(item => refersTo(item, constant)) === true,
    );
  const kept = statements.filter(
    ({ declares = '' }) => ![ALL, DEFAULT_RETRIES].includes(declares) || isRead(declares, statements),
  );
  return kept.map(each =>
    each.declares === undefined
    || each.code.is !== 'call'
    || each.declares === 'topology'
    || isRead(each.declares, kept)
      ? each
      : { ...each, declares: undefined },
  );
}

/** Without what is assumed. */
function written(cluster: Cluster): Cluster {
  return cluster.withResources(cluster.resources.filter(each => each.annotations[ASSUMED] === undefined));
}

interface Prepared {
  readonly cluster: Cluster;
  readonly mesh: ImportMesh;
  readonly guesses: readonly string[];
}

/** The manifests, with what they leave open decided. */
function prepared(read: Cluster, mesh: ImportMesh | undefined): Prepared {
  const isOfIstio = read.resources.some(({ type }) => /\.istio\.io$/.test(type));
  const labels = read.all(Kind.NAMESPACE).map(each => each.labels);
  const isAmbient = labels.some(each => each['istio.io/dataplane-mode'] === 'ambient');
  const isInjected = labels.some(each => each['istio-injection'] === 'enabled' || each['istio.io/rev'] !== undefined);
  const found: ImportMesh = mesh ?? (isAmbient ? 'ambient' : isOfIstio || isInjected ? 'istio' : 'none');
  const undeclared =
    found === 'none'
      ? []
      : [...new Set(read.workloads.all.map(each => each.namespace))].filter(
          each => !read.isDeclared(each) && !isReserved(each),
        );
  const label: Readonly<Record<string, string>> =
    found === 'ambient' ? { 'istio.io/dataplane-mode': 'ambient' } : { 'istio-injection': 'enabled' };
  const labelled = read.withNamespaceLabels(Object.fromEntries(undeclared.map(each => [each, label])));
  const assumed = found === 'none' ? [] : assumedGateways(labelled).map(marked);
  return {
    mesh: found,
    cluster: labelled.withResources([...labelled.resources, ...resourcesOf(assumed)]),
    guesses: [
      ...undeclared.map(
        each => `The namespace ${each} is not among the manifests: its pods are assumed to be in the mesh.`,
      ),
      ...assumed
        .filter(each => each.kind === 'Deployment')
        .map(
          ({ metadata }) =>
            `The pods of the gateway ${metadata.namespace}/${metadata.name} are not among the manifests: they are `
            + 'assumed to be those of an installation of Istio.',
        ),
    ],
  };
}

function marked(each: KubernetesObject): KubernetesObject {
  return { ...each, metadata: { ...each.metadata, annotations: { [ASSUMED]: 'true' } } };
}

/** What all workloads are part of, or a namespace of the manifests, unless it is that of objects without one. */
function nameOf(cluster: Cluster): string {
  const whole = new Set(cluster.workloads.all.map(each => each.resource.labels['app.kubernetes.io/part-of'] ?? ''));
  const [part = ''] = whole;
  if (whole.size === 1 && /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(part)) {
    return part;
  }
  const used = cluster.workloads.all.map(each => each.namespace).find(each => !isReserved(each));
  return used === undefined || used === 'default' ? 'application' : used;
}

function described(
  { statements, kept, rendered, counterparts }: Completed,
  model: Model,
  cluster: Cluster,
  title: string,
  guesses: readonly string[],
): Import {
  const before = cluster.withResources(cluster.resources.map(each => renamed(each, model)));
  const after = new Cluster(
    [...rendered, ...resourcesOf(kept), ...cluster.resources.filter(each => each.annotations[ASSUMED] !== undefined)],
    { clusterDomain: cluster.clusterDomain },
  );
  const differences = differencesBetween(before, after, model.gateways.edges);
  const coverage = coverageOf(written(cluster), { ...model, rendered, kept, counterparts });
  const { reaches } = new TrafficMatrix(contextOf(before));
  const header = headerOf(title, { differences, coverage, guesses, pairs: reaches.length, model });
  const tail: Statement[] = [
    ...(kept.length > 0 ? [inclusion(kept.length)] : []),
    { code: call(name('app'), 'synth'), isApart: true },
  ];
  return {
    text: printModel(header, [...statements, ...tail]),
    kept,
    differences,
    coverage,
    pairs: reaches.length,
    guesses,
  };
}

function inclusion(count: number): Statement {
  return {
    comment: [`Other objects of the manifests, as they are: ${count}.`],
    code: make(
      exported('cdk8s', 'Include'),
      name('chart'),
      literal('objects'),
      object({
        url: {
          is: 'call',
          of: exported('node:path', 'join'),
          args: [name('__dirname'), literal(OBJECTS_FILE)],
          isNew: false,
        },
      }),
    ),
    isApart: true,
  };
}

/** A workload by the name that it has in the model: names of workloads decide about no request. */
function renamed(resource: Resource, { services, existing }: Model): Resource {
  const version = services
    .filter(each => !existing.has(each))
    .flatMap(each => each.versions)
    .find(each => each.workload.resource === resource);
  return version === undefined || version.objectName === resource.name
    ? resource
    : new Resource(
        { ...resource.object, metadata: { ...resource.object.metadata, name: version.objectName } },
        resource.origin,
        resource.namespace,
      );
}
