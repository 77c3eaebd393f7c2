import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { printable } from '../../manifests';
import type { Picture, PictureCall, PictureNode } from './model';
import type { TracedRequest } from './requests';
import { drawingOf, partOf, xml } from './svg';

/** What a page shows besides the picture. */
export interface PageProps {
  readonly title: string;
  /** Requests explained. */
  readonly requests: readonly TracedRequest[];
  /** Whether the picture has what was before a change too. */
  readonly isComparison: boolean;
  /** The effects of the change, the riskiest first, a line each. */
  readonly changes: readonly string[];
  /** The state of the manifests that `serve` compares; undefined for a file. */
  readonly version?: string;
}

/** The picture as a page of one file: it loads nothing, and its browser permits no other program in it. */
export function pageOf(picture: Picture, props: PageProps): string {
  const css = styles();
  const scripts = [panzoom(), ...SCRIPTS.map(partOf)];
  const isLive = props.version !== undefined;
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(css)}`,
    `script-src ${scripts.map(hashOf).join(' ')}`,
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data = JSON.stringify(dataOf(picture, props), (_key, each: unknown) =>
    typeof each === 'string' ? printable(each) : each,
  ).replace(/[<>&\u2028\u2029]/g, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${xml(policy)}">
<title>${xml(props.title)}</title>
<style>${css}</style>
</head>
<body>
${partOf('page.html')
  .replace('{{title}}', () => xml(props.title))
  .replace('{{drawing}}', () => drawingOf(picture, props.title))}
<script type="application/json" id="data">${data}</script>
${scripts.map(each => `<script>${each}</script>`).join('\n')}
</body>
</html>
`;
}

/** In this order: each uses those before it, and, once it runs, all. */
const SCRIPTS = ['model.js', 'filter.js', 'details.js', 'requests.js', 'tables.js', 'controls.js'];

/** The page in place of one that cannot be made: it is requested again after two seconds. */
export function problemPage(title: string, problems: readonly string[]): string {
  const css = styles();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${xml(`default-src 'none'; style-src ${hashOf(css)}; script-src ${hashOf(RELOAD)}`)}">
<title>${xml(title)}</title>
<style>${css}</style>
</head>
<body>
<header><h1>${xml(title)}</h1></header>
<main role="alert"><section class="problems"><h2>The manifests cannot be read</h2>
${problems.map(each => `<p class="is-error">${xml(each)}</p>`).join('\n')}</section></main>
<script>${RELOAD}</script>
</body>
</html>
`;
}

const RELOAD = 'setTimeout(() => location.reload(), 2000);';

function styles(): string {
  return `${partOf('drawing.css')}\n${partOf('page.css')}`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function panzoom(): string {
  const file = createRequire(__filename).resolve('@panzoom/panzoom/dist/panzoom.min.js');
  return readFileSync(file, 'utf8').trim();
}

/** Calls as numbers of nodes and of texts, since there may be many with the same terms. */
function dataOf({ nodes, calls }: Picture, { requests, isComparison, changes, version }: PageProps): object {
  const numbers = new Map(nodes.map((each, index) => [each.id, index]));
  const texts = new Map<string, number>();
  const numberOf = (terms: readonly string[]): number => {
    const key = JSON.stringify(terms);
    const known = texts.get(key) ?? texts.size;
    texts.set(key, known);
    return known;
  };
  const entries = calls.map(({ from, to, terms, difference, before }: PictureCall) => [
    numbers.get(from) ?? 0,
    numbers.get(to) ?? 0,
    numberOf(terms),
    difference,
    ...(before ? [numberOf(before)] : []),
  ]);
  return {
    nodes: nodes.map(nodeOf),
    calls: entries,
    terms: [...texts.keys()].map(each => JSON.parse(each) as unknown),
    requests,
    isComparison,
    changes,
    version,
  };
}

function nodeOf({ id, label, kind, namespace, versions, findings, objects, difference }: PictureNode): object {
  return {
    id,
    label,
    kind,
    namespace,
    versions: versions.map(each => each.workload),
    findings: findings.map(({ id: code, severity, message, fix, file, line }) => ({
      code,
      severity,
      message,
      fix,
      place: file === undefined ? '' : `${file}:${line ?? 1}`,
    })),
    objects: objects.map(({ title, place, difference: changed }) => ({
      title,
      place: place ? `${place.file}:${place.line}` : '',
      difference: changed,
    })),
    difference,
  };
}
