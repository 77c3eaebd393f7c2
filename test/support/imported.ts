import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Manifests } from '../../lib/testing';
import { runProgram } from '../docs/programs';
import { cardinal } from './command';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
let files = 0;

/** A namespace of the mesh. */
export const namespace =
  'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
export const deployment = (name: string, pod: string, labels = `app: ${name}`) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: shop }\nspec:\n`
  + `  selector: { matchLabels: { ${labels} } }\n  template: { metadata: { labels: { ${labels} } }, spec: ${pod} }\n---\n`;
export const pod = (name: string, more = '') =>
  `{ serviceAccountName: ${name}, securityContext: { runAsUser: 1000 }, containers: [{ name: ${name}, image: '${name}:1', ${more} }] }`;
export const service = (name: string, spec = 'ports: [{ name: http, port: 80, targetPort: 8080 }]') =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { app: ${name} }, ${spec} }\n---\n`;
export const object = (apiVersion: string, kind: string, name: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n---\n`;
export const istio = (kind: string, name: string, spec: string) => object('networking.istio.io/v1', kind, name, spec);
export const policy = (name: string, spec: string) => object('security.istio.io/v1', 'AuthorizationPolicy', name, spec);
export const app = (name: string, more = '') => deployment(name, pod(name, more)) + service(name);

/** The files of a model, and what the command prints. */
export interface Imported {
  readonly status: unknown;
  readonly model: string;
  readonly objects: string;
  readonly summary: string;
}

/** What the command `import` writes for manifests. */
export function imported(yaml: string, ...args: string[]): Imported {
  const name = join(folder, `${(files += 1)}`);
  writeFileSync(`${name}.yaml`, yaml);
  const { status, stdout, stderr } = cardinal('import', `${name}.yaml`, '--out', name, ...args);
  const read = (file: string) => (existsSync(join(name, file)) ? readFileSync(join(name, file), 'utf8') : '');
  return { status, model: read('model.ts'), objects: read('objects.yaml'), summary: stdout + stderr };
}

/** What the printed model writes, as a project would run it. */
export function synthesized({ model, objects }: Imported): Manifests {
  const own = temporaryFolder();
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'objects.yaml'), objects);
  const outdir = join(own, 'dist');
  const program = model
    .replace('__dirname', JSON.stringify(own))
    .replace('new ClusterApp()', `new ClusterApp({ outdir: ${JSON.stringify(outdir)} })`);
  const warnings = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const others = jest.spyOn(console, 'error').mockReturnValue(undefined);
  runProgram(program);
  warnings.mockRestore();
  others.mockRestore();
  return Manifests.ofDirectory(outdir);
}

/** A service `pay` with the versions v1 and v2, each a subset. */
export const PAY_VERSIONS =
  namespace
  + deployment('pay-v1', pod('pay'), 'app: pay, version: v1')
  + deployment('pay-v2', pod('pay'), 'app: pay, version: v2')
  + service('pay')
  + istio(
    'DestinationRule',
    'pay',
    '{ host: pay, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }',
  );
