import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../../manifests';
import {
  type Box,
  type Layout,
  layoutOf,
  LINE,
  MOST_CHARACTERS,
  MOST_CHARACTERS_OF_BUNDLES,
  MOST_LABELS,
  type Point,
} from './layout';
import { linesOf, termsOf } from './lines';
import { callKey, type Picture, type PictureCall, type PictureNode } from './model';

/** A picture by itself, as a file that browsers and documents show, in light or dark as their readers prefer. */
export function svgOf(picture: Picture, title: string): string {
  return `${drawing(picture, title, `<style>${partOf('drawing.css')}</style>`, false)}\n`;
}

/**
 * The drawing as a part of a page: boxes and arrows have the numbers of their nodes and calls. Arrows that are left out
 * of a picture are there, hidden, for the service that a reader chooses.
 */
export function drawingOf(picture: Picture, title: string): string {
  return drawing(picture, title, '', true);
}

function drawing(picture: Picture, title: string, style: string, hasHidden: boolean): string {
  const layout = layoutOf(picture);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const bundled = new Set(layout.bundles.flatMap(each => each.calls));
  const drawn = picture.calls.length - bundled.size;
  const isDense = drawn > MOST_DENSE_CALLS && drawn > MOST_PER_NODE * picture.nodes.length;
  const isDrawn = !isDense && drawn <= MOST_CALLS;
  const isHidden = (call: PictureCall) => !isDrawn || bundled.has(call);
  const isThere = (call: PictureCall) => (isHidden(call) ? hasHidden && picture.calls.length <= MOST_CALLS : true);
  const isLabelled = drawn <= MOST_LABELS;
  const view = [-MARGIN, -MARGIN, width, height].map(rounded).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view}" width="${rounded(width)}" height="${rounded(height)}"`
      + ` role="img" class="${isLabelled ? 'drawing' : 'drawing quiet'}">`,
    `<title>${xml(title)}</title>`,
    style,
    `<desc>${xml(descriptionOf(picture, isDrawn))}</desc>`,
    ARROW,
    '<g class="canvas">',
    ...groupsOf(layout),
    ...(isDrawn ? [] : [`<text class="note" x="0" y="-12">${xml(descriptionOf(picture, isDrawn))}</text>`]),
    ...picture.calls.map((each, index) =>
      isThere(each) ? arrowOf(each, index, layout, isLabelled, isHidden(each)) : '',
    ),
    ...picture.nodes.map((each, index) => boxOf(each, index, layout)),
    '</g></svg>',
  ]
    .filter(each => each !== '')
    .join('\n');
}

/** A file of the page. */
export function partOf(name: string): string {
  return readFileSync(join(__dirname, 'page', name), 'utf8').trim();
}

const MARGIN = 30;
/** More arrows than this hide the services behind them, and each other. */
const MOST_CALLS = 4000;
/** More arrows than this, and more than so many for each box, cannot be followed. */
const MOST_DENSE_CALLS = 240;
const MOST_PER_NODE = 6;
const ARROW =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9"'
  + ' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>';

function descriptionOf({ nodes, calls }: Picture, isDrawn: boolean): string {
  const services = nodes.filter(each => each.kind === 'service' || each.kind === 'workload').length;
  const text = `${services} services, ${calls.length} calls. Dashed: some requests are allowed only.`;
  return isDrawn ? text : `${text} So many calls are not drawn: the page and the matrix list those of each service.`;
}

function groupsOf({ cluster, groups }: Layout): string[] {
  return [
    ...(groups.length === 0
      ? []
      : [`<g class="cluster">${rectangle(cluster, 12)}${label('Cluster', cluster, 14, 24)}</g>`]),
    ...groups.map(
      each =>
        `<g class="namespace" data-namespace="${xml(each.name)}">${rectangle(each, 8)}${label(each.name, each, 14, 22)}${notesOf(each)}</g>`,
    ),
  ];
}

/** The calls of bundles, in lines at the bottom of their namespace. */
function notesOf({ bundles, x, y, height }: Layout['groups'][number]): string {
  return bundles
    .map(({ text }, index) => {
      const at = `x="${rounded(x + 14)}" y="${rounded(y + height - 10 - (bundles.length - 1 - index) * LINE)}"`;
      return `<g><title>${xml(text)}</title><text class="bundle" ${at}>${xml(short(text, MOST_CHARACTERS_OF_BUNDLES))}</text></g>`;
    })
    .join('');
}

function boxOf(node: PictureNode, index: number, { nodes }: Layout): string {
  const box = nodes.get(node.id) ?? { x: 0, y: 0, width: 0, height: 0 };
  const lines = linesOf(node);
  const isMarked = severityOf(node) !== '';
  const text = lines.map((each, line) => {
    const isFinding = isMarked && line === lines.length - 1;
    const name = line === 0 ? 'name' : isFinding ? 'count' : 'version';
    return `<text class="${name}" x="${rounded(box.x + 12)}" y="${rounded(box.y + 20 + line * LINE)}">${xml(short(each))}</text>`;
  });
  const classes = ['node', node.kind, severityOf(node), node.difference].filter(each => each !== '' && each !== 'same');
  const title = [...lines, ...(node.difference === 'same' ? [] : [node.difference])].join(', ');
  return `<g class="${classes.join(' ')}" data-node="${index}"><title>${xml(title)}</title>${rectangle(box, 6)}${text.join('')}</g>`;
}

/** The most severe finding, of those that mark a box. */
function severityOf({ findings }: PictureNode): string {
  return ['error', 'warning'].find(each => findings.some(({ severity }) => severity === each)) ?? '';
}

function arrowOf(call: PictureCall, index: number, layout: Layout, isLabelled: boolean, isHidden: boolean): string {
  const [from, to] = [layout.nodes.get(call.from), layout.nodes.get(call.to)];
  if (!from || !to) {
    return '';
  }
  const line = lineBetween(from, to, call.from === call.to, layout.bends.get(callKey(call)) ?? []);
  const classes = ['call', isHidden ? 'unless-chosen' : '', call.isUnconditional ? '' : 'some', call.difference].filter(
    each => each !== '' && each !== 'same',
  );
  const terms = termsOf(call);
  const middle = layout.terms.get(callKey(call)) ?? line.middle;
  const spans = terms.map((each, index) => {
    const y = rounded(middle.y + (index - terms.length / 2) * 12 + 10);
    return `<tspan x="${rounded(middle.x)}" y="${y}">${xml(short(each))}</tspan>`;
  });
  const text = isLabelled && !isHidden ? `<text class="terms">${spans.join('')}</text>` : '';
  const title = `${call.from} → ${call.to}: ${call.terms.join(', ')}`;
  return `<g class="${classes.join(' ')}" data-call="${index}"><title>${xml(title)}</title><path d="${line.path}" marker-end="url(#arrow)"/>${text}</g>`;
}

/** A curve from the right side of a box to the left side of another, over the bends between. */
function lineBetween(from: Box, to: Box, isLoop: boolean, bends: readonly Point[]): { path: string; middle: Point } {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  if (isLoop) {
    const top = { x: from.x + from.width / 2, y: from.y };
    const middle = { x: start.x + 12, y: from.y - 12 };
    return {
      path: `M${at(start)}C${at({ x: start.x + 34, y: start.y })} ${at({ x: top.x, y: top.y - 34 })} ${at(top)}`,
      middle,
    };
  }
  const isForward = bends.length === 0 || (bends[0]?.x ?? 0) >= from.x + from.width / 2;
  const end = { x: isForward ? to.x : to.x + to.width, y: to.y + to.height / 2 };
  const first = isForward ? start : { x: from.x, y: start.y };
  const points = [first, ...bends, end];
  const path = points.slice(1).map((point, index) => {
    const last = points[index] ?? first;
    const reach = bends.length === 0 ? Math.max(Math.abs(point.x - last.x) / 2, 50) : (point.x - last.x) / 2;
    return `C${at({ x: last.x + reach, y: last.y })} ${at({ x: point.x - reach, y: point.y })} ${at(point)}`;
  });
  const [a = first, b = end] = points.slice((points.length >> 1) - 1, (points.length >> 1) + 1);
  return {
    path: `M${at(first)}${path.join('')}`,
    middle: points.length % 2 === 1 ? b : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
  };
}

function at({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function rectangle({ x, y, width, height }: Box, radius: number): string {
  return `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" rx="${radius}"/>`;
}

function label(text: string, { x, y }: Point, right: number, down: number): string {
  return `<text x="${rounded(x + right)}" y="${rounded(y + down)}">${xml(text)}</text>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function short(text: string, most = MOST_CHARACTERS): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}

/** Untrusted text in XML and HTML, in elements and in quoted attributes. */
export function xml(text: string): string {
  return printable(text).replace(/[&<>"']/g, each => `&#${each.charCodeAt(0)};`);
}
