import { createRequire } from 'node:module';
import type * as Dagre from '@dagrejs/dagre' with { 'resolution-mode': 'import' };
import { addTo } from '../../manifests';
import { type Bundle, bundlesOf } from './bundles';
import { linesOf, termsOf } from './lines';
import { callKey, type Picture, type PictureCall, type PictureNode } from './model';

/** Where things are drawn, in pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The cluster, around its namespaces. */
  readonly cluster: Box;
  /** By namespace; the edges and the hosts outside have none. */
  readonly groups: readonly Group[];
  /** By id. */
  readonly nodes: ReadonlyMap<string, Box>;
  /** Points between the boxes of a call, by {@link callKey}, where it would cross others without them. */
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  /** The middle of the terms of a call, where they have room of their own. */
  readonly terms: ReadonlyMap<string, Point>;
  /** The calls that lines of text stand for. */
  readonly bundles: readonly Bundle[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The corner on the top left, and the size. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

interface Group extends Box {
  /** The namespace. */
  readonly name: string;
  /** The calls of its services that lines of text stand for, which are below its boxes. */
  readonly bundles: readonly Bundle[];
}

/** The terms of more calls than this hide each other. */
export const MOST_LABELS = 60;
const TERMS = { line: 12, character: 6.3 };

function sizeOfTerms(call: PictureCall): { width: number; height: number } {
  const lines = termsOf(call);
  const longest = Math.max(0, ...lines.map(each => Math.min(each.length, MOST_CHARACTERS)));
  return { width: longest * TERMS.character + 12, height: lines.length * TERMS.line + 8 };
}

/** The number of characters of a line that a box has room for. */
export const MOST_CHARACTERS = 30;
export const MOST_CHARACTERS_OF_BUNDLES = 80;
export const LINE = 16;
const CHARACTER = 8.4;
const PADDING = 24;
const TITLE = 30;
const GAP = 22;
/** Layers are readable, and fast, up to this size. */
const MOST_IN_LAYERS = 60;
const MOST_CALLS_IN_LAYERS = 240;

/** Namespaces in layers from left to right, with their services in layers; large ones in columns, by name. */
export function layoutOf(picture: Picture): Layout {
  const { nodes, calls } = picture;
  const bundles = bundlesOf(picture);
  const bundled = new Set(bundles.flatMap(each => each.calls));
  const single = calls.filter(each => !bundled.has(each));
  const byNamespace = new Map<string, PictureNode[]>();
  nodes
    .filter(each => each.kind !== 'edge' && each.kind !== 'host')
    .forEach(each => addTo(byNamespace, each.namespace, each));
  const inside = [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) =>
      arranged(
        name,
        each,
        single,
        bundles.filter(({ from }) => from === name),
      ),
    );
  const edges = column(nodes.filter(each => each.kind === 'edge'));
  const hosts = column(nodes.filter(each => each.kind === 'host'));
  const placed = placeGroups(inside, nodes, calls);
  const height = Math.max(placed.height, edges.height, hosts.height);
  const left = edges.width === 0 ? 0 : edges.width + 90;
  const cluster = { x: left, y: (height - placed.height) / 2, width: placed.width, height: placed.height };
  const boxes = new Map<string, Box>();
  const bends = new Map<string, readonly Point[]>();
  const terms = new Map<string, Point>();
  const groups = inside.map((group, index): Group => {
    const at = placed.corners[index] ?? { x: 0, y: 0 };
    const by = { x: cluster.x + at.x, y: cluster.y + at.y };
    group.boxes.forEach((box, id) => boxes.set(id, moved(box, by)));
    group.bends.forEach((points, key) =>
      bends.set(
        key,
        points.map(each => moved(each, by)),
      ),
    );
    group.terms.forEach((point, key) => terms.set(key, moved(point, by)));
    const { name, width, height } = group;
    return { name, bundles: group.bundles, x: by.x, y: by.y, width, height };
  });
  edges.boxes.forEach((box, id) => boxes.set(id, moved(box, { x: 0, y: (height - edges.height) / 2 })));
  const right = cluster.x + cluster.width + 90;
  hosts.boxes.forEach((box, id) => boxes.set(id, moved(box, { x: right, y: (height - hosts.height) / 2 })));
  const width = hosts.width === 0 ? cluster.x + cluster.width : right + hosts.width;
  return { width, height, cluster, groups, nodes: boxes, bends, terms, bundles };
}

interface Arranged {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  readonly terms: ReadonlyMap<string, Point>;
}

/** The services of a namespace: those with calls among themselves in layers, the others in columns below. */
function arranged(
  name: string,
  nodes: readonly PictureNode[],
  calls: readonly PictureCall[],
  bundles: readonly Bundle[],
): Arranged & { readonly name: string; readonly bundles: readonly Bundle[] } {
  const ids = new Set(nodes.map(each => each.id));
  const own = calls.filter(({ from, to }) => from !== to && ids.has(from) && ids.has(to));
  const called = new Set(own.flatMap(({ from, to }) => [from, to]));
  const isLayered = called.size <= MOST_IN_LAYERS && own.length <= MOST_CALLS_IN_LAYERS;
  const upper = isLayered
    ? layers(
        nodes.filter(each => called.has(each.id)),
        own,
        calls.length <= MOST_LABELS,
      )
    : NOTHING;
  const lower = columns(isLayered ? nodes.filter(each => !called.has(each.id)) : nodes);
  const offset = upper.height === 0 || lower.height === 0 ? upper.height : upper.height + GAP;
  const boxes = new Map([
    ...upper.boxes,
    ...[...lower.boxes].map(([id, box]) => [id, moved(box, { x: 0, y: offset })] as const),
  ]);
  const by = { x: PADDING, y: TITLE + 10 };
  const longest = Math.max(0, ...bundles.map(({ text }) => Math.min(text.length, MOST_CHARACTERS_OF_BUNDLES)));
  const title = Math.max(name.length, longest) * CHARACTER + PADDING;
  return {
    name,
    bundles,
    width: Math.max(upper.width, lower.width, title) + 2 * PADDING,
    height: offset + lower.height + by.y + PADDING + bundles.length * LINE,
    boxes: new Map([...boxes].map(([id, box]) => [id, moved(box, by)])),
    bends: new Map([...upper.bends].map(([key, points]) => [key, points.map(each => moved(each, by))])),
    terms: new Map([...upper.terms].map(([key, point]) => [key, moved(point, by)])),
  };
}

/** Loaded for pictures alone. Its declarations are those of an ES module, its program for Node is CommonJS. */
function dagre(): typeof Dagre {
  return createRequire(__filename)('@dagrejs/dagre') as typeof Dagre;
}

const NOTHING: Arranged = { width: 0, height: 0, boxes: new Map(), bends: new Map(), terms: new Map() };

function layers(nodes: readonly PictureNode[], calls: readonly PictureCall[], isLabelled: boolean): Arranged {
  if (nodes.length === 0) {
    return NOTHING;
  }
  const graph = new (dagre().Graph)();
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, edgesep: 14, ranksep: isLabelled ? 40 : 100 });
  nodes.forEach(each => graph.setNode(each.id, sizeOf(each)));
  calls.forEach(each => graph.setEdge(each.from, each.to, isLabelled ? { ...sizeOfTerms(each), labelpos: 'c' } : {}));
  dagre().layout(graph);
  const boxes = new Map(nodes.map(each => [each.id, cornerOf(graph.node(each.id))]));
  const bends = new Map(calls.map(each => [callKey(each), (graph.edge(each.from, each.to).points ?? []).slice(1, -1)]));
  const terms = new Map(
    isLabelled ? calls.map(each => [callKey(each), { x: 0, y: 0, ...graph.edge(each.from, each.to) }] as const) : [],
  );
  const { width = 0, height = 0 } = graph.graph();
  return { width, height, boxes, bends, terms };
}

/** As many columns as make it a little wider than high. */
function columns(nodes: readonly PictureNode[]): Arranged {
  const sizes = nodes.map(each => ({ id: each.id, ...sizeOf(each) }));
  const width = Math.max(0, ...sizes.map(each => each.width));
  const area = sizes.reduce((sum, each) => sum + (each.height + GAP) * (width + GAP), 0);
  const limit = Math.max(Math.sqrt(area / 1.6), 1);
  const boxes = new Map<string, Box>();
  let [x, y, height] = [0, 0, 0];
  for (const { id, ...size } of sizes) {
    if (y > limit) {
      [x, y] = [x + width + GAP, 0];
    }
    boxes.set(id, { x, y, ...size });
    y += size.height + GAP;
    height = Math.max(height, y - GAP);
  }
  return { width: nodes.length === 0 ? 0 : x + width, height, boxes, bends: new Map(), terms: new Map() };
}

function column(nodes: readonly PictureNode[]): Arranged {
  const boxes = new Map<string, Box>();
  let y = 0;
  for (const node of nodes) {
    boxes.set(node.id, { x: 0, y, ...sizeOf(node) });
    y += sizeOf(node).height + GAP;
  }
  const width = Math.max(0, ...[...boxes.values()].map(each => each.width));
  return { width, height: Math.max(0, y - GAP), boxes, bends: new Map(), terms: new Map() };
}

/** The corners of groups in the cluster, and its size. */
function placeGroups(
  groups: readonly (Arranged & { readonly name: string })[],
  nodes: readonly PictureNode[],
  calls: readonly PictureCall[],
): { readonly corners: readonly Point[]; readonly width: number; readonly height: number } {
  const namespaces = new Map(nodes.map(each => [each.id, each.namespace]));
  const pairs = new Map(
    calls
      .map(({ from, to }): [string, string] => [namespaces.get(from) ?? '', namespaces.get(to) ?? ''])
      .filter(([from, to]) => from !== to && from !== '' && to !== '')
      .map(each => [JSON.stringify(each), each]),
  );
  if (groups.length > MOST_IN_LAYERS || pairs.size > MOST_CALLS_IN_LAYERS) {
    return shelves(groups);
  }
  const graph = new (dagre().Graph)();
  graph.setGraph({ rankdir: 'LR', nodesep: 30, ranksep: 120, marginx: PADDING, marginy: PADDING });
  groups.forEach(({ name, width, height }) => graph.setNode(name, { width, height }));
  pairs.forEach(([from, to]) => graph.setEdge(from, to, {}));
  if (groups.length > 0) {
    dagre().layout(graph);
  }
  const { width = 0, height = 0 } = graph.graph();
  const corners = groups.map(({ name }) => moved(cornerOf(graph.node(name)), { x: 0, y: TITLE / 2 }));
  return { corners, width, height: height + TITLE / 2 };
}

function shelves(groups: readonly Arranged[]): ReturnType<typeof placeGroups> {
  const area = groups.reduce((sum, each) => sum + (each.width + GAP) * (each.height + GAP), 0);
  const limit = Math.max(Math.sqrt(area * 1.8), ...groups.map(each => each.width));
  let [x, y, shelf, widest] = [PADDING, PADDING + TITLE, 0, 0];
  const corners = groups.map(({ width, height }) => {
    if (x > PADDING && x + width > limit) {
      [x, y, shelf] = [PADDING, y + shelf + GAP, 0];
    }
    const corner = { x, y };
    x += width + GAP;
    [shelf, widest] = [Math.max(shelf, height), Math.max(widest, x)];
    return corner;
  });
  return { corners, width: widest + PADDING, height: y + shelf + PADDING };
}

function sizeOf(node: PictureNode): { width: number; height: number } {
  const lines = linesOf(node);
  const longest = Math.max(...lines.map(each => Math.min(each.length, MOST_CHARACTERS)));
  return { width: Math.max(96, longest * CHARACTER + PADDING), height: lines.length * LINE + 18 };
}

/** The corner of a box of which dagre has the middle. */
function cornerOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function moved<T extends Point>(each: T, { x, y }: Point): T {
  return { ...each, x: each.x + x, y: each.y + y };
}
