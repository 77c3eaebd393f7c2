// Modules that a model does not need when it is imported are loaded when they are used first: the checks with the
// evaluator behind them, and the libraries for protobuf, RE2 and YAML. The names of exports stay in the files, where Node
// finds them for `import`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HEAVY =
  /^(\.\.?\/(\.\.\/)*(checks|dataplane|manifests)|\.\/yaml|@bufbuild\/protobuf(\/wire|\/wkt)?|re2js|js-yaml)$/;
/** What is loaded on use itself: its parts need each other at once. */
const LOADED_ON_USE = /^(checks|dataplane|manifests|testing)\//;

const lib = fileURLToPath(new URL('../build/lib/', import.meta.url));
for (const file of readdirSync(lib, { recursive: true })) {
  if (file.endsWith('.js') && !LOADED_ON_USE.test(file)) {
    const text = readFileSync(lib + file, 'utf8');
    const lazy = withLazyRequires(text);
    if (lazy !== text) {
      writeFileSync(lib + file, lazy);
    }
  }
}

/** The same module; each heavy one that it requires is a function that returns it. Lines keep their numbers. */
function withLazyRequires(text) {
  const names = [];
  const declared = text.replace(/^(?:const|var) (\w+) = require\("([^"]+)"\);$/gm, (whole, name, path) => {
    if (!HEAVY.test(path)) {
      return whole;
    }
    names.push(name);
    return `let ${name}$; const ${name} = () => (${name}$ ??= require("${path}"));`;
  });
  return names.reduce(
    (before, name) => before.replace(new RegExp(`\\b${name}\\.(?=\\w)`, 'g'), `${name}().`),
    declared,
  );
}
