// Compiles TypeScript that Node requires, once for each text: `node --require ./packaging/typescript.cjs FILE`. A module
// is loaded when another first uses it, as in the package, so a program loads what it reaches. Examples declare services
// as their modules are loaded, so those are loaded in order.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { _extensions: extensions } = require('node:module');
const { join } = require('node:path');

const COMPILER = readFileSync(__filename, 'utf8');
const CACHE = join(__dirname, '../node_modules/.cache/cardinal-typescript');
/** The paths that a module names in its imports and re-exports. */
const PATH = /\bfrom '([^']+)'/g;

process.setSourceMapsEnabled(true);
mkdirSync(CACHE, { recursive: true });

extensions['.ts'] = (module, file) => module._compile(compiled(readFileSync(file, 'utf8'), file), file);

function compiled(text, file) {
  const cached = join(CACHE, `${createHash('sha1').update(`${COMPILER}\n${file}\n${text}`).digest('hex')}.js`);
  try {
    return readFileSync(cached, 'utf8');
  } catch {
    const code = compile(text, file);
    // Other processes read whole files only.
    writeFileSync(`${cached}.${process.pid}`, code);
    renameSync(`${cached}.${process.pid}`, cached);
    return code;
  }
}

function compile(text, filename) {
  return require('@swc/core').transformSync(text, {
    filename,
    configFile: false,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: {
      type: 'commonjs',
      lazy: filename.includes('/examples/') ? false : [...text.matchAll(PATH)].map(([, path]) => path),
    },
  }).code;
}
