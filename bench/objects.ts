import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { generatedTopology } from './model';

/**
 * Writes the objects of a generated topology to a file, for the bare version to build the same; gives back its path.
 */
export function writeObjects(count: number): string {
  const chart = new TopologyChart(new ClusterApp(), 'bench', {
    topology: generatedTopology(count),
    mesh: Mesh.istio(),
  });
  const file = join(mkdtempSync(join(tmpdir(), 'bench-')), 'objects.json');
  writeFileSync(file, JSON.stringify(Testing.synth(chart)));
  return file;
}
