import ts from 'typescript';

/** One small change of a source file. */
export interface Mutant {
  /** Unique among all files: `lib/topology/call.ts:12`, the number of the mutant in its file. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The changed text, and what replaces it. */
  readonly before: string;
  readonly after: string;
  readonly start: number;
  readonly end: number;
}

/** The mutants of a source file, in the order of the text: changes inside functions only, never of loop headers. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node, isInFunction: boolean): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isThrowStatement(node)) {
      return;
    }
    if (isInFunction && !isPartOfOptionalChain(node)) {
      for (const after of replacementsOf(node, source)) {
        mutants.push({
          id: `${file}:${mutants.length}`,
          file,
          line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
          before: node.getText(source),
          after,
          start: node.getStart(source),
          end: node.end,
        });
      }
    }
    ts.forEachChild(node, child => {
      visit(child, isInFunction || ts.isFunctionLike(node));
    });
  };
  visit(source, false);
  return mutants;
}

/** The text with all of these mutants in it, each behind a switch: `mutantIsOn(ID) ? AFTER : BEFORE`. */
export function withSwitches(text: string, mutants: readonly Mutant[]): string {
  return switched(text, 0, text.length, mutants);
}

function switched(text: string, start: number, end: number, mutants: readonly Mutant[]): string {
  const inside = mutants.filter(each => each.start >= start && each.end <= end);
  let result = '';
  let at = start;
  while (at < end) {
    const outermost = nextOutermost(inside, at);
    if (!outermost) {
      break;
    }
    const same = inside.filter(each => each.start === outermost.start && each.end === outermost.end);
    const rest = inside.filter(each => !same.includes(each));
    const original = switched(text, outermost.start, outermost.end, rest);
    result += text.slice(at, outermost.start) + same.reduce(switchTo, original);
    at = outermost.end;
  }
  return result + text.slice(at, end);
}

function nextOutermost(mutants: readonly Mutant[], from: number): Mutant | undefined {
  return mutants
    .filter(each => each.start >= from)
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .at(0);
}

function switchTo(original: string, { id, after }: Mutant): string {
  return `(globalThis.mutantIsOn?.(${JSON.stringify(id)}) ? (${after}) : (${original}))`;
}

function replacementsOf(node: ts.Node, source: ts.SourceFile): string[] {
  const text = node.getText(source);
  if (isCondition(node)) {
    return [`!(${text})`, ...(ts.isBinaryExpression(node) ? ofOperator(node, source) : [])];
  }
  if (ts.isBinaryExpression(node)) {
    return ofOperator(node, source);
  }
  if (ts.isCallExpression(node)) {
    return ofCall(node, source);
  }
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isAssigned(node)) {
    return node.elements.map(removed => {
      const kept = node.elements.filter(each => each !== removed).map(each => each.getText(source));
      return `[${kept.join(', ')}]`;
    });
  }
  return isReturned(node) && isBoolean(node) ? [node.kind === ts.SyntaxKind.TrueKeyword ? 'false' : 'true'] : [];
}

/** Boundaries move, `&&` and `||` change places, and a default is left out. */
const OPERATORS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
]);

function ofOperator({ left, operatorToken, right }: ts.BinaryExpression, source: ts.SourceFile): string[] {
  if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    return [left.getText(source)];
  }
  const other = OPERATORS.get(operatorToken.kind);
  // `a && b || c` groups as before where each side has its brackets.
  return other === undefined ? [] : [`(${left.getText(source)}) ${other} (${right.getText(source)})`];
}

const QUANTIFIERS = new Map([
  ['some', 'every'],
  ['every', 'some'],
]);

/** `filter` is left out, `some` and `every` change places, and a call for its effect is left out. */
function ofCall(node: ts.CallExpression, source: ts.SourceFile): string[] {
  if (ts.isExpressionStatement(node.parent)) {
    return node.expression.kind === ts.SyntaxKind.SuperKeyword ? [] : ['undefined'];
  }
  const { expression } = node;
  if (!ts.isPropertyAccessExpression(expression) || expression.questionDotToken) {
    return [];
  }
  const of = expression.expression.getText(source);
  const given = node.arguments.map(each => each.getText(source)).join(', ');
  const other = QUANTIFIERS.get(expression.name.text);
  return [
    ...(expression.name.text === 'filter' ? [of] : []),
    ...(other === undefined ? [] : [`${of}.${other}(${given})`]),
  ];
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isIfStatement(parent) && parent.expression === node)
    || (ts.isConditionalExpression(parent) && parent.condition === node)
  );
}

function isReturned(node: ts.Node): boolean {
  return ts.isReturnStatement(node.parent) || (ts.isArrowFunction(node.parent) && node.parent.body === node);
}

function isBoolean({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword;
}

/** A pattern, such as in `[a, b] = pair`. */
function isAssigned(node: ts.Node): boolean {
  return ts.isBinaryExpression(node.parent) && node.parent.left === node;
}

/** In `a?.b.filter(c).length`, brackets around `a?.b.filter(c)` would end what `?.` leaves out. */
function isPartOfOptionalChain(node: ts.Node): boolean {
  return (
    ts.isOptionalChain(node)
    && 'expression' in node.parent
    && node.parent.expression === node
    && ts.isOptionalChain(node.parent)
  );
}
