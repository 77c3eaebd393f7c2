import type { Reach } from '../../dataplane';
import { printable, printableLine } from '../../manifests';

/** The formats of a matrix. */
export const MATRIX_FORMATS: ReadonlyMap<string, (reaches: readonly Reach[]) => string> = new Map([
  ['table', tableOf],
  ['csv', csvOf],
  ['json', jsonOf],
]);

/** Which requests of a pair arrive. */
function requestsOf({ isUnconditional }: Reach): 'all' | 'some' {
  return isUnconditional ? 'all' : 'some';
}

function tableOf(reaches: readonly Reach[]): string {
  const rows = [['FROM', 'TO', 'REQUESTS'], ...rowsOf(reaches)];
  const widths = [0, 1].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row => `${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}\n`).join('');
}

function csvOf(reaches: readonly Reach[]): string {
  return [['from', 'to', 'requests'], ...rowsOf(reaches)].map(row => `${row.map(cellOf).join(',')}\n`).join('');
}

function jsonOf(reaches: readonly Reach[]): string {
  const entries = rowsOf(reaches).map(([from, to, requests]) => ({ from, to, requests }));
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}

function rowsOf(reaches: readonly Reach[]): string[][] {
  return reaches.map(each => [printableLine(each.from), printable(each.to), requestsOf(each)]);
}

/** Spreadsheets run cells that begin with `=`, `+`, `-` or `@` as formulas. */
function cellOf(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
