import { sep } from 'node:path';
import { type Fork, forksIn, isWithin, placeOf } from './forks';
import type { Resource } from './resource';

/** Objects that are applied to one cluster. */
export interface World {
  /** The folder, file or object by which it differs from the others; undefined if there is one only. */
  readonly name?: string;
  readonly resources: readonly Resource[];
  /**
   * The folders of environments that it is of: worlds of one environment are alternatives to each other.
   * @default - all are of one
   */
  readonly environment?: string;
  /**
   * Objects of files and folders that are alternatives to those of this one, and no environments: they may be applied
   * too.
   * @default - none
   */
  readonly others?: readonly Resource[];
}

/**
 * The clusters that objects are for. Where the same object is in sibling folders, such as dev and prod, each of them is
 * of a cluster of its own, with the objects outside of these folders; and so is each of the files of a folder that have
 * an object of the same name with other content, such as steps of a tutorial. Folders of the same name belong together,
 * such as apps/prod and infrastructure/prod. Equal objects without a namespace may be in several folders of one cluster.
 */
export function environmentsIn(resources: readonly Resource[]): readonly World[] {
  const forks = forksIn(resources);
  if (forks.length === 0) {
    return [{ resources }];
  }
  const places = new Map(resources.map(each => [each, placeOf(each)]));
  const choices = choicesAmong(forks);
  const names = [...choices.keys()].map(each => shortest(each, [...choices.keys()]));
  return [...choices.values()].map((chosen, index) => {
    const ofEnvironments = new Map([...chosen].filter(([fork]) => fork.isOfEnvironments));
    const isHere = (each: Resource) => isIn(places.get(each) ?? '', chosen);
    return {
      name: names[index],
      environment: [...ofEnvironments].map(([{ parent }, name]) => inFolder(parent, name)).join(),
      resources: resources.filter(isHere),
      others: resources.filter(each => !isHere(each) && isIn(places.get(each) ?? '', ofEnvironments)),
    };
  });
}

type Choice = ReadonlyMap<Fork, string>;

/** Choices such that each alternative is in one of them, by the folder for which each is made. */
function choicesAmong(forks: readonly Fork[]): Map<string, Choice> {
  const choices = new Map<string, Choice>();
  const covered = new Set<string>();
  for (const { parent, alternatives } of forks) {
    for (const name of alternatives) {
      const folder = inFolder(parent, name);
      if (!covered.has(folder)) {
        const choice = new Map(forks.map(fork => [fork, chosenOf(fork, folder, name)]));
        choices.set(folder, choice);
        for (const [fork, chosen] of choice) {
          if (isIn(fork.parent, choice)) {
            covered.add(inFolder(fork.parent, chosen));
          }
        }
      }
    }
  }
  return choices;
}

/** The alternative that contains a folder, or has its name or most words of it, or is the first. */
function chosenOf({ parent, alternatives }: Fork, folder: string, name: string): string {
  const words = new Set(wordsOf(name));
  const inCommon = (each: string) => wordsOf(each).filter(word => words.has(word)).length;
  const [first = '', ...others] = alternatives;
  return (
    alternatives.find(each => isWithin(folder, inFolder(parent, each)))
    ?? alternatives.find(each => each === name)
    ?? others.reduce((best, each) => (inCommon(each) > inCommon(best) ? each : best), first)
  );
}

function wordsOf(name: string): string[] {
  return name.split(/[^A-Za-z0-9]+/);
}

/** Whether a place is in none of the alternatives, but in the chosen ones. */
function isIn(folder: string, choice: Choice): boolean {
  return [...choice].every(([{ parent, alternatives }, chosen]) => {
    const inside = alternatives.find(each => isWithin(folder, inFolder(parent, each)));
    return inside === undefined || inside === chosen;
  });
}

function inFolder(parent: string, name: string): string {
  return `${parent}${sep}${name}`;
}

/** The end of a path that no other one has. */
function shortest(path: string, all: readonly string[]): string {
  const steps = path.split(sep);
  for (let length = 1; length < steps.length; length++) {
    const end = steps.slice(-length).join(sep);
    if (all.filter(each => each.endsWith(`${sep}${end}`)).length === 1) {
      return end;
    }
  }
  return path;
}
