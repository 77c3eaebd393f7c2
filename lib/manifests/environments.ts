import { dirname, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { addTo } from './lists';
import type { Resource } from './resource';
import { isIdentified } from './namesakes';

/** Objects that are applied to one cluster. */
export interface World {
  /** The folder by which it differs from the others; undefined if there is one only. */
  readonly name?: string;
  readonly resources: readonly Resource[];
}

/** Sibling folders with the same objects: a cluster has those of one of them. */
interface Fork {
  readonly parent: string;
  /** By name. */
  readonly alternatives: readonly string[];
}

/**
 * The clusters that objects are for: where the same object is in sibling folders, such as dev and prod, each of them is
 * of a cluster of its own, with the objects outside of these folders. Folders of the same name belong together, such as
 * apps/prod and infrastructure/prod. Equal objects without a namespace may be in several folders of one cluster.
 */
export function environmentsIn(resources: readonly Resource[]): readonly World[] {
  const folders = new Map(resources.map(each => [each, folderOf(each)]));
  const forks = forksIn(resources, folders);
  if (forks.length === 0) {
    return [{ resources }];
  }
  const choices = choicesAmong(forks);
  const names = [...choices.keys()].map(each => shortest(each, [...choices.keys()]));
  return [...choices.values()].map((chosen, index) => ({
    name: names[index],
    resources: resources.filter(each => isIn(folders.get(each) ?? '', chosen)),
  }));
}

function folderOf({ origin }: Resource): string {
  return origin ? resolve(origin.folder ?? dirname(origin.source.file)) : '';
}

function forksIn(resources: readonly Resource[], folders: ReadonlyMap<Resource, string>): Fork[] {
  const namesakes = new Map<string, Resource[]>();
  resources.filter(isIdentified).forEach(each => addTo(namesakes, `${each.type} ${each.key}`, each));
  /** For each parent the folders that have the same objects, joined. */
  const joined = new Map<string, Map<string, string>>();
  for (const group of namesakes.values()) {
    if (group.length > 1 && !(group[0]?.namespace === '' && group.every(each => isSame(each, group[0])))) {
      join(
        [...new Set(group.map(each => folders.get(each) ?? ''))].map(each => each.split(sep)),
        joined,
      );
    }
  }
  return [...joined]
    .sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1))
    .flatMap(([parent, leaders]) => {
      const byLeader = new Map<string, string[]>();
      [...leaders.keys()].sort().forEach(each => addTo(byLeader, leaderOf(each, leaders), each));
      return [...byLeader.values()].map(alternatives => ({ parent, alternatives }));
    });
}

function isSame(a: Resource, b: Resource | undefined): boolean {
  return isDeepStrictEqual(a.object, b?.object);
}

/** Joins the siblings on the paths to folders, below each parent that several of them have. */
function join(paths: readonly string[][], joined: Map<string, Map<string, string>>, level = 0): void {
  const byStep = new Map<string, string[][]>();
  paths.filter(each => each.length > level).forEach(each => addTo(byStep, each[level] ?? '', each));
  const [first = '', ...others] = byStep.keys();
  if (others.length > 0) {
    const parent = paths[0]?.slice(0, level).join(sep) ?? '';
    const leaders = joined.get(parent) ?? new Map<string, string>();
    joined.set(parent, leaders);
    for (const each of [first, ...others]) {
      leaders.set(leaderOf(each, leaders), leaderOf(first, leaders));
      leaders.set(each, leaderOf(each, leaders));
    }
  }
  for (const each of byStep.values()) {
    if (each.length > 1) {
      join(each, joined, level + 1);
    }
  }
}

function leaderOf(name: string, leaders: ReadonlyMap<string, string>): string {
  let leader = name;
  for (let next = leaders.get(leader); next !== undefined && next !== leader; next = leaders.get(leader)) {
    leader = next;
  }
  return leader;
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

/** The alternative that contains a folder, or has its name, or is the first. */
function chosenOf({ parent, alternatives }: Fork, folder: string, name: string): string {
  return (
    alternatives.find(each => isWithin(folder, inFolder(parent, each)))
    ?? alternatives.find(each => each === name)
    ?? alternatives[0]
    ?? ''
  );
}

/** Whether a folder is in none of the alternatives, but in the chosen ones. */
function isIn(folder: string, choice: Choice): boolean {
  return [...choice].every(([{ parent, alternatives }, chosen]) => {
    const inside = alternatives.find(each => isWithin(folder, inFolder(parent, each)));
    return inside === undefined || inside === chosen;
  });
}

function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}${sep}`);
}

function inFolder(parent: string, name: string): string {
  return `${parent}${sep}${name}`;
}

function depth(folder: string): number {
  return folder.split(sep).length;
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
