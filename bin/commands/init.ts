import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { printableLine } from '../../lib/manifests';
import type { InitValues } from './init-options';
import { packageJson } from './version';

const TEMPLATES = join(__dirname, '../init/templates');
const BOOKINFO = join(__dirname, '../../examples/bookinfo.ts');

/** Creates a project in a folder; returns the exit code. */
export function init(folder: string, values: InitValues): number {
  const problem = problemOf(values);
  if (problem !== undefined) {
    return refused(problem);
  }
  const files = filesOf(folder, values);
  const existing = [...files.keys()].filter(file => isThere(join(folder, file)));
  if (existing.length > 0) {
    return refused(`${existing.join(', ')} in ${folder} would be overwritten. Choose another folder, or remove them.`);
  }
  for (const [file, text] of files) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  }
  const change = resolve(folder) === process.cwd() ? '' : `cd ${folder} && `;
  process.stdout.write(
    `${[...files.keys()].map(file => printableLine(join(folder, file))).join('\n')}\n\n`
      + `Next: ${printableLine(change)}npm install && npm test && npm run synth\n`,
  );
  return 0;
}

function refused(problem: string): number {
  process.stderr.write(`${printableLine(problem)}\n`);
  return 2;
}

function problemOf({ from, edge, mesh }: InitValues): string | undefined {
  if (from === 'bookinfo' && mesh === 'none') {
    return 'Bookinfo divides its traffic among versions, which needs a mesh. Leave --mesh out.';
  }
  return from === 'bookinfo' && edge !== undefined && edge !== 'gateway'
    ? 'Bookinfo has a gateway in the cluster only. Leave --edge out.'
    : undefined;
}

/** The files of a project, by path. A later layer replaces files of an earlier one. */
function filesOf(
  folder: string,
  { mesh, from, edge = from ? 'gateway' : 'http-api' }: InitValues,
): Map<string, string> {
  const place = edge === 'gateway' ? 'gateway' : 'cloud';
  const kind = mesh === 'ambient' ? 'istio' : mesh;
  const layers = [
    'base',
    place,
    ...(place === 'cloud' ? [edge] : []),
    kind,
    `${kind}-${place}`,
    ...(from ? [from] : []),
  ];
  const files = new Map<string, string>();
  for (const layer of layers) {
    for (const file of templatesIn(join(TEMPLATES, layer))) {
      const template = readFileSync(join(TEMPLATES, layer, file), 'utf8');
      const text = mesh === 'ambient' ? inAmbientMode(template) : template;
      // npm publishes no .gitignore.
      files.set(file === 'gitignore' ? '.gitignore' : file, file === 'package.json' ? manifestOf(folder, text) : text);
    }
  }
  if (from === 'bookinfo') {
    // The example declares its edge itself.
    files.delete('src/front.ts');
    files.set('src/bookinfo.ts', readFileSync(BOOKINFO, 'utf8').replace("'../lib'", "'cdk8s-cardinal'"));
  }
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The templates of Istio are for sidecars. */
function inAmbientMode(template: string): string {
  return template
    .replace('Istio with sidecars', 'Istio in ambient mode')
    .replace('Mesh.istio(', 'Mesh.ambient(')
    .replace("new IstioInstallation(app, 'istio')", "new IstioInstallation(app, 'istio', { ambient: true })");
}

function templatesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(each => each.isFile())
    .map(each => relative(folder, join(each.parentPath, each.name)));
}

/** The manifest with the versions that this package is tested with. */
function manifestOf(folder: string, template: string): string {
  const { version, dependencies, peerDependencies, devDependencies } = packageJson();
  const versions = new Map(
    Object.entries({ ...devDependencies, ...dependencies, ...peerDependencies, 'cdk8s-cardinal': `^${version}` }),
  );
  return template
    .replace('"NAME"', JSON.stringify(nameOf(folder)))
    .replace(/"([^"]+)": "VERSION"/g, (_, name: string) => `"${name}": "${versions.get(name) ?? '*'}"`);
}

/** The name of the folder as a name of an npm package. */
function nameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'shop' : name;
}

/** Also a link to nothing. */
function isThere(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
