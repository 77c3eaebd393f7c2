import {
  changesOf,
  comparedPicture,
  GRAPH_FORMATS,
  graphOf,
  type PageProps,
  pageOf,
  type Picture,
  pictureOf,
  svgOf,
  tracedRequests,
} from '../../lib/analysis';
import type { Cluster } from '../../lib/manifests';
import type { GraphValues } from './graph-options';
import { printNotes, readInput, withInputErrors } from './input';
import { InputError } from './input-error';
import { readPair } from './pair';

/** Prints the graph of manifests, and returns the exit code. */
export function graph(paths: readonly string[], values: GraphValues): number {
  return withInputErrors(() => {
    const isPicture = values.format === 'svg' || values.format === 'html';
    if (values.before !== undefined) {
      return compared(paths, values.before, isPicture, values);
    }
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    const text = isPicture
      ? drawn(cluster, titleOf(paths), values)
      : (GRAPH_FORMATS.get(values.format)?.(graphOf(cluster, values.findings)) ?? '');
    process.stdout.write(text);
    return 0;
  });
}

function compared(paths: readonly string[], source: string, isPicture: boolean, values: GraphValues): number {
  const [path, ...others] = paths;
  if (!isPicture) {
    throw new InputError(`--before is for --format html and svg: \`diff\` compares as text.`);
  }
  if (path === undefined || others.length > 0) {
    throw new InputError('With --before give one file, folder or revision: the manifests after the change.');
  }
  const { was, is, notes } = readPair(source, path, values);
  printNotes(notes);
  const [before, after] = [pictureOf(was, values.findings), pictureOf(is, values.findings)];
  const picture = comparedPicture(before, after, was, is);
  const title = `Traffic of ${source} and of ${path}`;
  const text =
    values.format === 'svg'
      ? svgOf(picture, title)
      : pageOf(picture, {
          title,
          requests: [...tracedRequests(before, picture, was, true), ...tracedRequests(after, picture, is, false)],
          isComparison: true,
          changes: changesOf(was, is).map(({ kind, text: line }) => `${kind}: ${line}`),
        });
  process.stdout.write(text);
  return 0;
}

function drawn(cluster: Cluster, title: string, values: GraphValues): string {
  const picture = pictureOf(cluster, values.findings);
  return values.format === 'svg' ? svgOf(picture, title) : pageOf(picture, propsOf(picture, cluster, title));
}

/** What a page of one cluster has besides the picture. */
export function propsOf(picture: Picture, cluster: Cluster, title: string): PageProps {
  return { title, requests: tracedRequests(picture, picture, cluster, false), isComparison: false, changes: [] };
}

/** The title of the picture of manifests. */
export function titleOf(paths: readonly string[]): string {
  return paths.length === 0 ? 'Traffic' : `Traffic of ${paths.join(', ')}`;
}
