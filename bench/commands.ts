import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { ClusterApp, Mesh, type Topology, TopologyChart } from '../lib';
import { generatedTopology } from './model';
import { measured } from './processes';

/**
 * Commands of the compiled package on the manifests of generated topologies, as whole processes; `diff` compares them
 * with those after a change. Run `npm run build` first. Usage: tsx bench/commands.ts [SERVICES]...
 */
const CARDINAL = ['node', join(__dirname, '../build/bin/cardinal.js')];
const sizes = process.argv.slice(2).map(Number);

console.log('services   diff  matrix  graph --format html');
for (const count of sizes.length > 0 ? sizes : [1000]) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const [before, after] = [join(folder, 'before.yaml'), join(folder, 'after.yaml')];
  writeFileSync(before, yamlOf(generatedTopology(count)));
  writeFileSync(after, yamlOf(changedTopology(count)));
  const results = measured(3, [
    [...CARDINAL, 'diff', before, after],
    [...CARDINAL, 'matrix', after],
    [...CARDINAL, 'graph', after, '--format', 'html'],
  ]);
  const cells = results.map(each => `${each.cpuSeconds.toFixed(2)} s ${Math.round(each.megabytes)} MB`);
  console.log([String(count).padStart(8), ...cells].join('  '));
}

/** The same with one more call, which opens a callee, changes its scope and its policies, and has terms of its own. */
function changedTopology(count: number): Topology {
  const topology = generatedTopology(count);
  const [caller, , callee] = [...topology.services.values()];
  if (caller && callee) {
    caller.calls(callee, { timeout: Duration.seconds(5) });
  }
  return topology;
}

function yamlOf(topology: Topology): string {
  const app = new ClusterApp();
  new TopologyChart(app, 'bench', { topology, mesh: Mesh.istio() });
  return app.synthYaml();
}
