import { type Cluster, printable, printableLine } from '../manifests';
import type { Outcome, RequestResult } from '../testing';
import { type Decider, Deciders } from './places';

/** A request explained: its steps and outcomes, with the objects that decide and their places in the manifests. */
export interface RouteReport {
  /** The caller and the request. */
  readonly title: string;
  /** Whether it arrives in all cases. */
  readonly arrives: boolean;
  readonly steps: readonly Step[];
  /** Timeout, retries, faults and mirrors in words. */
  readonly terms: readonly string[];
  readonly outcomes: readonly ExplainedOutcome[];
  /** What is assumed, in sentences. */
  readonly assumptions: readonly string[];
}

interface Step {
  readonly text: string;
  readonly deciders: readonly Decider[];
}

interface ExplainedOutcome extends Step {
  readonly outcome: Outcome;
  /** What proxies change of the request and of its response, in words. */
  readonly changes: readonly string[];
}

/** Explains the result of a request in a cluster. */
export function routeReport(result: RequestResult, cluster: Cluster): RouteReport {
  const deciders = Deciders.of(cluster);
  return {
    title: result.title,
    arrives: result.isAllowed,
    steps: result.steps.map(text => ({ text, deciders: deciders.namedIn(text) })),
    terms: result.terms,
    assumptions: result.assumptions,
    outcomes: result.outcomes.map((outcome, index) => ({
      outcome,
      text: result.summaries[index] ?? '',
      changes: result.changes[index] ?? [],
      deciders: [deciders.named(outcome.by, outcome.rule) ?? []].flat(),
    })),
  };
}

/** The explanation as lines, each with the places of the objects that it names. */
export function routeText({ title, arrives, steps, terms, outcomes }: RouteReport): string {
  const lines = [
    title,
    ...steps.map((step, index) => `  ${index + 1}. ${withPlaces(step)}`),
    ...terms.map(each => `     ${each}`),
    ...outcomes.flatMap(each => [`  → ${withPlaces(each)}`, ...each.changes.map(change => `      ${change}`)]),
    arrives
      ? 'It arrives.'
      : outcomes.some(({ outcome }) => outcome.destination !== '')
        ? PARTLY
        : 'It does not arrive.',
  ];
  return `${lines.map(printableLine).join('\n')}\n`;
}

const PARTLY = 'It arrives in part of the cases only.';

/** The explanation as JSON. */
export function routeJson({ title, arrives, steps, terms, assumptions, outcomes }: RouteReport): string {
  const value = {
    request: title,
    arrives,
    steps: steps.map(({ text, deciders }) => ({ text, objects: deciders.map(jsonOf) })),
    terms,
    assumptions,
    outcomes: outcomes.map(({ outcome: { by, rule, ...others }, deciders }) => ({
      ...others,
      decidedBy: deciders[0] ? jsonOf(deciders[0]) : by === '' ? null : { object: by, field: rule, ...NOWHERE },
    })),
  };
  return `${JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? printable(each) : each), 2)}\n`;
}

const NOWHERE = { file: null, line: null, column: null };

function jsonOf({ object, field, place }: Decider): object {
  return { object, field, ...(place ?? NOWHERE) };
}

function withPlaces({ text, deciders }: Step): string {
  const places = deciders.flatMap(({ object, place }) =>
    place
      ? `${text.toLowerCase().includes(object.toLowerCase()) ? '' : `${object} `}${place.file}:${place.line}:${place.column}`
      : [],
  );
  return places.length === 0 ? text : `${text} [${[...new Set(places)].join(', ')}]`;
}
