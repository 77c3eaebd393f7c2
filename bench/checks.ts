import { Testing } from 'cdk8s';
import { checkManifests } from '../lib/checks';
import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { Cluster, loadResources } from '../lib/manifests';
import { toYaml } from '../lib/kubernetes/yaml';
import { best } from './best';
import { generatedTopology } from './model';

console.log('objects  MB of YAML  reading  checking  findings  together');
const totals: number[] = [];
for (const services of [250, 500, 1000, 2000, 4000]) {
  const text = (
    Testing.synth(
      new TopologyChart(new ClusterApp(), 'bench', { topology: generatedTopology(services), mesh: Mesh.istio() }),
    ) as unknown[]
  )
    .map(each => toYaml(each))
    .join('---\n');
  const read = () => loadResources(text, { file: 'bench.yaml' });
  const reading = best(3, read);
  const resources = read();
  const checking = best(3, () => checkManifests(new Cluster(resources)));
  const { findings } = checkManifests(new Cluster(resources));
  totals.push(reading + checking);
  console.log(
    [
      String(resources.length).padStart(7),
      (text.length / 1e6).toFixed(1).padStart(10),
      `${reading.toFixed(2)} s`.padStart(8),
      `${checking.toFixed(2)} s`.padStart(9),
      String(findings.length).padStart(9),
      `${(reading + checking).toFixed(2)} s`.padStart(9),
    ].join(' '),
  );
}
const [, , thousand = NaN, , fourThousand = NaN] = totals;
console.log(`40,000 objects take ${(fourThousand / thousand).toFixed(2)} times as long as 10,000`);
