import fc from 'fast-check';
import { Testing } from 'cdk8s';
import type { Chart } from 'cdk8s';
import {
  ClusterApp,
  Install,
  IstioInstallation,
  LinkerdInstall,
  LinkerdInstallation,
  Mesh,
  TopologyChart,
} from '../../../lib';
import { argoFolders, fluxFolders, planOf } from '../../../lib/analysis';
import { Cluster, type KubernetesObject, loadResources } from '../../../lib/manifests';
import { declare, type Recipe, recipes } from '../../support/topologies';

interface Release {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly dependsOn?: readonly { readonly name: string }[] };
}

const WAVE = 'argocd.argoproj.io/sync-wave';

/** The names of releases, each after the one that it depends on. */
function inDependency(releases: readonly Release[]): string[] {
  const after = new Map(releases.map(each => [each.spec.dependsOn?.[0]?.name, each.metadata.name]));
  const order: string[] = [];
  for (let name = after.get(undefined); name !== undefined; name = after.get(name)) {
    order.push(name);
  }
  return order;
}

function inWaves(applications: readonly Release[]): string[] {
  const waveOf = ({ metadata }: Release) => Number(metadata.annotations?.[WAVE]);
  return [...applications].sort((a, b) => waveOf(a) - waveOf(b)).map(each => each.metadata.name);
}

test.each<[string, Chart, Chart, string[]]>([
  [
    'Istio in ambient mode',
    new IstioInstallation(new ClusterApp(), 'a', { ambient: true, install: Install.argoCd({ version: '1.30.0' }) }),
    new IstioInstallation(new ClusterApp(), 'a', { ambient: true, install: Install.flux({ version: '1.30.0' }) }),
    ['istio-base', 'istiod', 'istio-cni', 'ztunnel'],
  ],
  [
    'Linkerd',
    new LinkerdInstallation(new ClusterApp(), 'a', {
      cni: true,
      install: LinkerdInstall.argoCd({ version: '2026.9.1' }),
    }),
    new LinkerdInstallation(new ClusterApp(), 'a', {
      cni: true,
      install: LinkerdInstall.flux({ version: '2026.9.1' }),
    }),
    ['linkerd-crds', 'linkerd-cni', 'linkerd-control-plane'],
  ],
])('the charts of %s are installed in the same order by Argo CD and by Flux', (_, byArgoCd, byFlux, order) => {
  const releases = (Testing.synth(byFlux) as Release[]).filter(each => each.kind === 'HelmRelease');
  expect(inWaves(Testing.synth(byArgoCd) as Release[])).toEqual(order);
  expect(inDependency(releases)).toEqual(order);
});

function clusterOf(recipe: Recipe): Cluster {
  const app = new ClusterApp();
  new TopologyChart(app, 'chart', { topology: declare(recipe), mesh: Mesh.istio() });
  return new Cluster(loadResources(app.synthYaml(), { file: 'text' }), { namespaceLabels: { '*': {} } });
}

const idOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

test('each commit of a plan is applied in the same order by Argo CD and by Flux', () => {
  fc.assert(
    fc.property(recipes, recipes, (some, others) => {
      const [before, after] = [clusterOf(some), clusterOf(others)];
      const { steps } = planOf(before, after);
      const waves = [...argoFolders(steps, before)].flatMap(([file, objects]) =>
        objects.map(each => [file.split('/')[0], idOf(each), Number(each.metadata.annotations?.[WAVE])] as const),
      );
      const files = fluxFolders(steps, before, './deployed');
      for (const commit of new Set(waves.map(([name]) => name))) {
        const kustomizations = files.get(`${commit}/kustomizations/kustomizations.yaml`) as unknown as (Release & {
          readonly spec: { readonly path: string };
        })[];
        const order = inDependency(kustomizations);
        expect(order).toHaveLength(kustomizations.length);
        const applied = order.flatMap((name, index) => {
          const path = kustomizations.find(each => each.metadata.name === name)?.spec.path.replace('./deployed/', '');
          return (files.get(`${commit}/${path}/${name}.yaml`) ?? []).map(each => [idOf(each), index] as const);
        });
        const ranks = [...new Set(waves.filter(([name]) => name === commit).map(([, , wave]) => wave))].sort();
        const inArgoCd = waves
          .filter(([name]) => name === commit)
          .map(([, id, wave]) => [id, ranks.indexOf(wave)] as const);
        expect(applied).toEqual(inArgoCd);
      }
    }),
    { numRuns: 5 },
  );
});
