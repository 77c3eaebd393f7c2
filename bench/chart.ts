import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { toYaml } from '../lib/kubernetes/yaml';
import { generatedTopology } from './model';

/** The distances of a service's callees and callers, in `model.ts`. */
const STEPS = [0, 1, 7, 32, -1, -7, -32];

/**
 * Writes a Helm chart with the same objects as the generated topology of this size, and gives back its folder: the
 * objects of one service as templates, one a kind, which repeat for each service in the values.
 */
export function writeChart(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-chart-'));
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 0.1.0\n');
  const numbered = (index: number) =>
    Object.fromEntries(STEPS.map((step, key) => [`s${key}`, `service-${(index + step + count) % count}`]));
  const services = Array.from({ length: count }, (_, index) => numbered(index));
  writeFileSync(join(folder, 'values.yaml'), toYaml({ services }));
  const chart = new TopologyChart(new ClusterApp(), 'bench', {
    topology: generatedTopology(count),
    mesh: Mesh.istio(),
  });
  const byKind = new Map<string, string[]>();
  const common: string[] = [];
  for (const object of Testing.synth(chart) as { kind: string; metadata: { name: string } }[]) {
    const isOf = (index: number) => new RegExp(`^service-${index}(-v\\d)?$`).test(object.metadata.name);
    if (isOf(40)) {
      byKind.set(object.kind, [...(byKind.get(object.kind) ?? []), toYaml(object)]);
    } else if (!object.metadata.name.startsWith('service-')) {
      common.push(toYaml(object));
    }
  }
  byKind.forEach((documents, kind) => {
    const text = documents.join('---\n').replace(/service-(\d+)/g, name => {
      const key = STEPS.findIndex(step => name === `service-${(40 + step + count) % count}`);
      return `{{ .s${key} }}`;
    });
    const body = `{{- range .Values.services }}\n---\n${text}{{- end }}\n`;
    writeFileSync(join(folder, 'templates', `${kind.toLowerCase()}.yaml`), body);
  });
  writeFileSync(join(folder, 'templates', 'common.yaml'), common.join('---\n'));
  return folder;
}
