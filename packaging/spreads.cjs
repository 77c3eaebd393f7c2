// In Node 20 each result of `{ ...a, b }` has a hidden class of its own, which takes ten times as long to make and stays
// in memory, and whatever reads its properties has to look them up. `{ ...null, ...a, b }`, the same value, has the
// hidden class of all others that are made there. Node 22 needs none of this.
const { createSourceFile, forEachChild, isObjectLiteralExpression, isSpreadAssignment, ScriptTarget } = require('typescript');

/** A module whose objects that begin with another share their hidden classes. */
exports.withSharedClasses = function withSharedClasses(text) {
  const places = [];
  const visit = node => {
    if (isObjectLiteralExpression(node) && node.properties.length > 1 && isSpreadAssignment(node.properties[0])) {
      places.push(node.properties[0].getStart(source));
    }
    forEachChild(node, visit);
  };
  const source = createSourceFile('module.ts', text, ScriptTarget.Latest);
  visit(source);
  return [0, ...places.sort((a, b) => a - b)]
    .map((from, index, all) => text.slice(from, all[index + 1]))
    .join('...null, ');
};
