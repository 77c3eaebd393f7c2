// In Node 20 each result of `{ ...a, b }` has a hidden class of its own: it takes eight times as long to make, the
// class stays in memory, and what reads its properties later cannot rely on a class that it has seen. Results of
// `{ ...null, ...a, b }`, which has the same value, share one, so the package has these. Node 22 needs none of this.
// Usage: tsx packaging/shared-classes.ts FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSourceFile,
  forEachChild,
  isObjectLiteralExpression,
  isSpreadAssignment,
  type Node,
  ScriptTarget,
} from 'typescript';

/** A module in which objects that begin with the properties of another share their hidden classes. */
export function withSharedClasses(text: string): string {
  const places: number[] = [];
  const visit = (node: Node): void => {
    const [first, ...others] = isObjectLiteralExpression(node) ? node.properties : [];
    if (first && isSpreadAssignment(first) && others.length > 0) {
      places.push(first.getStart());
    }
    forEachChild(node, visit);
  };
  visit(createSourceFile('module.js', text, ScriptTarget.Latest, true));
  return [0, ...places].map((start, index) => text.slice(start, places[index])).join('...null, ');
}

if (require.main === module) {
  const [folder = '.'] = process.argv.slice(2);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(each => each.endsWith('.js'))) {
    const file = join(folder, name);
    writeFileSync(file, withSharedClasses(readFileSync(file, 'utf8')));
  }
}
