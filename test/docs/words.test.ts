import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSourceFile,
  type Expression,
  forEachLeadingCommentRange,
  forEachTrailingCommentRange,
  isArrayLiteralExpression,
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isPropertyAccessExpression,
  isStringLiteralLike,
  isTemplateHead,
  isTemplateMiddleOrTemplateTail,
  ScriptTarget,
  type Node,
} from 'typescript';

const ROOT = join(__dirname, '../..');

/** The folders and files whose prose is held against the list. */
const COVERED = [
  'lib',
  'bin',
  'docs',
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'lab/README.md',
  'bench/README.md',
];

/** The line in docs/checks.md after which everything is generated from the catalogue. */
const GENERATED = '<!-- generated -->';

/** Words that a platform engineer would not use, and better ones. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(somebody|someone|anybody|anyone|nobody|no one|everybody|everyone|whoever|whomever)\b/,
    'the object: "any client", "no Service or ServiceEntry", "the owner"',
  ],
  [/\b(himself|herself|who (he|she) is)\b/, 'the identity, the caller'],
  [/\bwhatever\b/, 'any, independent of'],
  [/\b(lets?|letting) (\S+ )?(in|out|through|pass)\b/, 'allows, denies'],
  [/\btries\b/, 'retries, attempts'],
  [/\b(tried|tries|try) again\b/, 'retried, retries'],
  [/\b(says|said|says so|saying)\b/, 'sets, declares, contains, means'],
  [/\b(asks|asked of)\b/, 'requests, requires, calls, has a condition on'],
  [
    /\btakes\b(?! ?$| precedence| effect| into account| about| more| longer| \d| two)/,
    'matches, accepts, selects, receives',
  ],
  [/\bknows\b/, 'has, supports, includes'],
  [/\brefuses\b/, 'denies, rejects'],
  [/\bspeaks\b/, 'uses (a protocol)'],
  [/\b(goes|go|going) (round|past|by itself)\b/, 'bypasses'],
  [/\b(looks|looked) (at|for|into)\b/, 'reads, checks, finds'],
  [/\b(is|are) told\b/, 'is configured, is set'],
  [/\bby lot\b/, 'at random, with jitter'],
  [/\bheld back\b/, 'delayed'],
  [/\bturn(s|ed)? (on|off)\b/, 'enables, disables'],
];

/** Further words that names of tests and claims do without. */
const IN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\b(let|lets|letting)\b/, 'allows, accepts'],
  [/\brefused?\b/, 'throws, is rejected, is denied'],
  [/\bwho\b/, 'the client, the caller, the owner'],
  [/\b(say|ask|asked|know|known to|speak)\b/, 'declares, calls, requires, has, uses'],
  [/\b(told|tells?)\b/, 'reports, distinguishes, identifies'],
  [/(?<!per-)\btry\b/, 'attempt, retry'],
  [/\bdemands?\b/, 'requires'],
  [/\bmistakes?\b/, 'the error, throws'],
];

const files = COVERED.flatMap(each => (/\.\w+$/.test(each) ? [each] : filesIn(each)));

test.each(files)('%s is written in plain words', file => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const prose = file.endsWith('.md') ? linesOf(text.split(GENERATED)[0] ?? '') : proseIn(text);

  expect(prose.flatMap(each => wordsIn(file, each, WORDS))).toEqual([]);
});

test.each([...filesIn('test'), ...filesIn('lab')].filter(each => each.endsWith('.ts')))(
  'the names of tests and claims in %s are written in plain words',
  file => {
    const names = namesIn(readFileSync(join(ROOT, file), 'utf8'));

    expect(names.flatMap(each => wordsIn(file, each, [...WORDS, ...IN_NAMES]))).toEqual([]);
  },
);

test('the names of tests, groups, tables and claims are read', () => {
  const code = [
    "test('a', () => { read('b'); });",
    "describe.each(['c'])('d ' + `${e} f`, () => undefined);",
    "claim('g', async () => undefined);",
    "test.each([['a row', 1], ['GET', 2]])('h', () => undefined);",
  ].join('\n');

  expect(namesIn(code)).toEqual([
    { line: 1, text: "'a'" },
    { line: 2, text: "'d ' + `${e} f`" },
    { line: 3, text: "'g'" },
    { line: 4, text: "'h'" },
    { line: 4, text: "'a row'" },
  ]);
});

test('the list finds its words in literals, templates and comments, and nothing in code', () => {
  const code = [
    'const says = 1; // nobody',
    'const text = `so ${says} knows it`; /* by lot */',
    "const other = 'who he is';",
  ].join('\n');
  const texts = proseIn(code).map(each => `${each.line} ${each.text.trim()}`);

  expect(texts).toEqual(['1 // nobody', '2 so', '2 knows it', '2 /* by lot */', '3 who he is']);
});

interface Text {
  readonly line: number;
  readonly text: string;
}

function wordsIn(file: string, { line, text }: Text, words: readonly (readonly [RegExp, string])[]): string[] {
  return words.flatMap(([word, better]) => {
    const [match] = word.exec(text) ?? [];
    return match === undefined ? [] : [`${file}:${line}: "${match}" → ${better}`];
  });
}

/**
 * The first arguments of the calls that declare tests, groups of tests and claims, and the texts that begin the rows of
 * tables.
 */
function namesIn(code: string): Text[] {
  const source = createSourceFile('file.ts', code, ScriptTarget.ES2022, true);
  const names: Text[] = [];
  const textOf = (node: Node): Text => ({
    line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    text: node.getText(),
  });
  const visit = (node: Node): void => {
    if (isCallExpression(node) && /^(test|it|describe|claim)$/.test(callee(node).getText())) {
      const [name] = node.arguments;
      // `test.each(…)` is called in turn, with the name.
      if (name && !(isCallExpression(node.parent) && node.parent.expression === node)) {
        names.push(textOf(name));
      }
    }
    if (isArrayLiteralExpression(node) && isArrayLiteralExpression(node.parent)) {
      const [title] = node.elements;
      if (title && isStringLiteralLike(title) && /^\w+ .*\w/.test(title.text)) {
        names.push(textOf(title));
      }
    }
    node.forEachChild(visit);
  };
  visit(source);
  return names;
}

/** `test` of `test.each(…)('…')`. */
function callee(node: Expression): Expression {
  return isCallExpression(node) || isPropertyAccessExpression(node) ? callee(node.expression) : node;
}

function filesIn(folder: string): string[] {
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return all
    .filter(each => /\.(ts|md)$/.test(each))
    .map(each => join(folder, each))
    .sort();
}

function linesOf(text: string): Text[] {
  return text.split('\n').map((line, index) => ({ line: index + 1, text: line }));
}

/** The literals and comments of a program, in order. */
function proseIn(code: string): Text[] {
  const source = createSourceFile('file.ts', code, ScriptTarget.ES2022, true);
  const found = new Map<number, string>();
  const visit = (node: Node): void => {
    const isLiteral = isStringLiteralLike(node) || isTemplateHead(node) || isTemplateMiddleOrTemplateTail(node);
    if (isLiteral && !isImportDeclaration(node.parent) && !isExportDeclaration(node.parent)) {
      found.set(node.getStart(), node.text);
    }
    for (const ranges of [forEachLeadingCommentRange, forEachTrailingCommentRange]) {
      ranges(code, node.getFullStart(), (start, end) => {
        found.set(start, code.slice(start, end));
      });
    }
    node.getChildren().forEach(visit);
  };
  visit(source);
  const lineAt = (start: number) => source.getLineAndCharacterOfPosition(start).line + 1;
  return [...found].sort(([a], [b]) => a - b).map(([start, text]) => ({ line: lineAt(start), text }));
}
