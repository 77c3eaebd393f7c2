import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelTypes } from './model-types.mjs';

/**
 * Makes the declarations in build/ self-contained: the types of Istio's, the Gateway API's and Envoy Gateway's objects,
 * which come from `@kubernetes-models`, are written to build/models, and imports of them lead there. Users install none
 * of these packages: they have 33 MB and need a newer Node.
 */
const build = join(dirname(dirname(fileURLToPath(import.meta.url))), 'build');
const IMPORT =
  /import type \{([^}]*)\} from '@kubernetes-models\/([\w./-]+)' with \{\s*'resolution-mode': 'import',?\s*\};/g;

const models = new Map();
for (const file of readdirSync(build, { recursive: true }).filter(each => each.endsWith('.d.ts'))) {
  const text = readFileSync(join(build, file), 'utf8');
  const bundled = text.replace(IMPORT, (_, names, model) => {
    const types = models.get(model) ?? new ModelTypes(model);
    models.set(model, types);
    namesIn(names).forEach(name => types.add(name));
    return `import type {${names}} from '${relative(dirname(file), `models/${model}`)}';`;
  });
  if (bundled.includes("'@kubernetes-models/")) {
    throw new Error(`build/${file} imports types of @kubernetes-models in a form that is not bundled.`);
  }
  if (bundled !== text) {
    writeFileSync(join(build, file), bundled);
  }
}
for (const [model, types] of [...models].sort()) {
  const file = join(build, 'models', `${model}.d.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, types.print());
}
copyFileSync(join(build, '../node_modules/@kubernetes-models/istio/LICENSE'), join(build, 'models/LICENSE'));

/** The imported names of a list such as `IGateway as IIstioGateway, ISidecar`. */
function namesIn(list) {
  return list.split(',').flatMap(each => each.trim().split(' as ')[0] || []);
}
