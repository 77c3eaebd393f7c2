import { Kind, type Resource } from '../../../manifests';

/** Kinds of which at most one object should apply to a workload, and the path of their selector. */
export const KINDS = [
  {
    type: Kind.SIDECAR,
    path: ['workloadSelector', 'labels'],
    selectorless: ['IST0111', 'KIA0002'],
    selecting: ['IST0110', 'KIA0003'],
  },
  { type: Kind.TELEMETRY, path: ['selector', 'matchLabels'], selectorless: ['IST0160'], selecting: ['IST0159'] },
  {
    type: Kind.PEER_AUTHENTICATION,
    path: ['selector', 'matchLabels'],
    selectorless: ['KIA0002'],
    selecting: ['KIA0003'],
  },
] as const;

export function nameOf(each: Resource): string {
  return `${each.kind} ${each.key}`;
}

export function isFirst(code: string, index: number, codes: readonly string[]): boolean {
  return codes.indexOf(code) === index;
}
