import { percent } from '../../dataplane';
import { printable } from '../../manifests';
import { countsOf } from '../findings';
import type { Graph } from './graph';

type GroupOf = Graph['groups'][number];
type NodeOf = GroupOf['nodes'][number];
type EdgeOf = Graph['edges'][number];

/** The formats of a graph. */
export const GRAPH_FORMATS: ReadonlyMap<string, (graph: Graph) => string> = new Map([
  ['mermaid', mermaidOf],
  ['dot', dotOf],
  ['json', jsonOf],
]);

/** @see https://mermaid.js.org/syntax/flowchart.html */
function mermaidOf({ groups, edges }: Graph): string {
  const ids = idsOf(groups);
  const text = (...parts: string[]) => `"${parts.map(mermaidText).join('<br/>')}"`;
  const node = (each: NodeOf) => `${ids.get(each.id) ?? ''}[${text(...labelOf(each))}]${classOf(each, ':::')}`;
  return linesOf([
    'flowchart LR',
    ...groups.flatMap(({ name, nodes }, index) =>
      name === ''
        ? nodes.map(each => `  ${node(each)}`)
        : [`  subgraph g${index}[${text(name)}]`, ...nodes.map(each => `    ${node(each)}`), '  end'],
    ),
    ...edges.map(each => {
      const terms = termsOf(each);
      const arrow = each.isUnconditional ? '-->' : '-.->';
      return `  ${ids.get(each.from) ?? ''} ${arrow}${terms.length === 0 ? '' : `|${text(...terms)}|`} ${ids.get(each.to) ?? ''}`;
    }),
    '  classDef error stroke:#b00020,stroke-width:3px',
    '  classDef warning stroke:#b26a00,stroke-width:3px',
  ]);
}

/** @see https://graphviz.org/doc/info/lang.html */
function dotOf({ groups, edges }: Graph): string {
  const text = (...parts: string[]) => `"${parts.map(dotText).join('\\n')}"`;
  const colors: Readonly<Record<string, string>> = { error: '#b00020', warning: '#b26a00' };
  const node = (each: NodeOf) => {
    const color = colors[classOf(each, '')];
    const marked = color === undefined ? '' : `, color="${color}", penwidth=3`;
    return `${text(each.id)} [label=${text(...labelOf(each))}${marked}];`;
  };
  return linesOf([
    'digraph traffic {',
    '  rankdir=LR;',
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...groups.flatMap(({ name, nodes }, index) =>
      name === ''
        ? nodes.map(each => `  ${node(each)}`)
        : [
            `  subgraph cluster_${index} {`,
            `    label=${text(name)};`,
            ...nodes.map(each => `    ${node(each)}`),
            '  }',
          ],
    ),
    ...edges.map(each => {
      const style = each.isUnconditional ? '' : ', style=dashed';
      return `  ${text(each.from)} -> ${text(each.to)} [label=${text(...termsOf(each))}${style}];`;
    }),
    '}',
  ]);
}

function jsonOf(graph: Graph): string {
  return `${JSON.stringify(graph, (_key, each: unknown) => (typeof each === 'string' ? printable(each) : each), 2)}\n`;
}

function idsOf(groups: readonly GroupOf[]): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(each => each.nodes).map(({ id }, index) => [id, `n${index}`]));
}

function labelOf({ label, errors, warnings }: NodeOf): string[] {
  return [label, ...countsOf(errors, warnings)];
}

function classOf({ errors, warnings }: NodeOf, prefix: string): string {
  return errors > 0 ? `${prefix}error` : warnings > 0 ? `${prefix}warning` : '';
}

/** The port, the shares and the terms of a call. */
function termsOf({ port, shares, terms, isUnconditional }: EdgeOf): string[] {
  return [
    ...(port === undefined ? [] : [`:${port}`]),
    ...shares.map(percent),
    ...terms,
    ...(isUnconditional ? [] : ['some requests']),
  ];
}

/** Text without markup: all but plain characters as entities. */
function mermaidText(value: string): string {
  return printable(value).replace(/[^\p{L}\p{N} .:,/%_*-]/gu, each => `#${each.codePointAt(0) ?? 0};`);
}

function dotText(value: string): string {
  return printable(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

function linesOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
