import { sep } from 'node:path';
import { type Fork, forksIn, isWithin, placeOf } from './forks';
import { addTo } from './lists';
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
  const places = new Places(forks);
  const choices = choicesAmong(forks, places);
  const names = [...choices.keys()].map(each => shortest(each, [...choices.keys()]));
  const branches = resources.map(each => places.branchOf(placeOf(each)));
  return [...choices.values()].map((chosen, index) => {
    const ofEnvironments = new Map([...chosen].filter(([fork]) => fork.isOfEnvironments));
    const [here, others]: [Resource[], Resource[]] = [[], []];
    for (const [at, each] of resources.entries()) {
      const branch = branches[at] ?? [];
      if (isOf(branch, chosen)) {
        here.push(each);
      } else if (
        isOf(
          branch.filter(([fork]) => fork.isOfEnvironments),
          ofEnvironments,
        )
      ) {
        others.push(each);
      }
    }
    return {
      name: names[index],
      environment: [...ofEnvironments].map(([{ parent }, name]) => inFolder(parent, name)).join(),
      resources: here,
      others,
    };
  });
}

type Choice = ReadonlyMap<Fork, string>;
/** The alternatives that contain a place, by their forks. */
type Branch = readonly (readonly [Fork, string])[];

class Places {
  private readonly byParent = new Map<string, Fork[]>();
  private readonly known = new Map<string, Branch>();
  private readonly names = new Map<Fork, ReadonlySet<string>>();

  constructor(forks: readonly Fork[]) {
    for (const each of forks) {
      addTo(this.byParent, each.parent, each);
      this.names.set(each, new Set(each.alternatives));
    }
  }

  branchOf(place: string): Branch {
    const known = this.known.get(place) ?? this.find(place);
    this.known.set(place, known);
    return known;
  }

  private find(place: string): Branch {
    const steps = place.split(sep);
    return steps.flatMap((step, index) =>
      (this.byParent.get(steps.slice(0, index).join(sep)) ?? [])
        .filter(fork => this.names.get(fork)?.has(step) === true)
        .map(fork => [fork, step] as const),
    );
  }
}

function isOf(branch: Branch, choice: Choice): boolean {
  return branch.every(([fork, name]) => choice.get(fork) === name);
}

/** Choices such that each alternative is in one of them, by the folder for which each is made. */
function choicesAmong(forks: readonly Fork[], places: Places): Map<string, Choice> {
  const choices = new Map<string, Choice>();
  const covered = new Set<string>();
  for (const { parent, alternatives } of forks) {
    for (const name of alternatives) {
      const folder = inFolder(parent, name);
      if (!covered.has(folder)) {
        const choice = new Map(forks.map(fork => [fork, chosenOf(fork, folder, name)]));
        choices.set(folder, choice);
        for (const [fork, chosen] of choice) {
          if (isOf(places.branchOf(fork.parent), choice)) {
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
