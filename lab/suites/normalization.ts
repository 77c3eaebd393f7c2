import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Manifests, Traffic } from '../../lib/testing';
import { deployment } from './deployment';
import type { Known, Verdict } from './verdicts';

/** Istio's own tests of path normalization. */
export const NORMALIZATION: Known = {
  floor: 86,
  differences: [],
  unanswerable: [{ tests: '#', reason: 'a URL of the simulator has no fragment' }],
};

/** The paths that arrive, for each table of paths in Istio's integration test. */
export function runNormalization(istio: string): Verdict[] {
  const source = readFileSync(join(istio, 'tests/integration/security/normalization_test.go'), 'utf8');
  const tables = [
    ...source.matchAll(
      /"(\w+)",\s+meshconfig\.MeshConfig_ProxyPathNormalization_(\w+),\s+\[\]expect\{([\s\S]*?)\n\t{5}\},/g,
    ),
  ];
  return tables.flatMap(([, name = '', type = '', rows = '']) => {
    const traffic = Traffic.of(Manifests.ofYaml(manifests(type)));
    return [...rows.matchAll(ROW)].map(([, quoted = '', raw = '', quotedOut = '', rawOut = '']) =>
      verdictOn(`${name} ${quoted || raw}`, quoted || raw, quotedOut || rawOut, traffic),
    );
  });
}

/** Two texts in quotation marks or backticks; the quoted ones have no escapes. */
const ROW = /\{(?:"([^"]*)"|`([^`]*)`), (?:"([^"]*)"|`([^`]*)`)\}/g;

function verdictOn(test: string, path: string, expected: string, traffic: Traffic): Verdict {
  try {
    const [outcome] = traffic.from('client').http(`GET http://server${path}`).outcomes;
    const got = outcome?.path || String(outcome?.status);
    return { test, right: got === expected, note: `expected ${expected}, got ${got}` };
  } catch (error) {
    return { test, right: false, unsimulated: (error as Error).message };
  }
}

function manifests(normalization: string): string {
  const workload = (name: string) => [
    deployment(
      { name, namespace: 'apps' },
      { app: name },
      { containers: [{ name: 'app', image: 'app', ports: [{ containerPort: 8080 }] }] },
    ),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'apps' },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
  ];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps', labels: { 'istio-injection': 'enabled' } } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh: JSON.stringify({ pathNormalization: { normalization } }) },
    },
    ...workload('client'),
    ...workload('server'),
  ]
    .map(each => JSON.stringify(each))
    .join('\n---\n');
}
