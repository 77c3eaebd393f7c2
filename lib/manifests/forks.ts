import { basename, dirname, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { addTo } from './lists';
import { isIdentified } from './namesakes';
import type { Resource } from './resource';
import { subjectsOf } from './subjects';

/** Siblings, folders, files or objects of a file, for the same: a cluster has those of one of them. */
export interface Fork {
  readonly parent: string;
  /** By name. */
  readonly alternatives: readonly string[];
  /** Whether they are environments: folders with mostly the same objects. What is in one of them is not in another. */
  readonly isOfEnvironments: boolean;
}

/** So many files of a folder for one purpose are alternatives; two may be a mistake. */
const SERIES = 3;
/** So many folders with few objects in common are samples: what is in the folders beside them is one each, too. */
const SAMPLES = 3;

/** The folder of a kustomization that applies an object, else its file and name. */
export function placeOf(resource: Resource): string {
  return isOfFile(resource) ? inFile(fileOf(resource), resource.name) : fileOf(resource);
}

function fileOf({ origin }: Resource): string {
  return origin ? resolve(origin.folder ?? origin.source.file) : '';
}

function inFile(file: string, name: string): string {
  return `${file}${sep}${name}`;
}

/**
 * Folders that have the same object, and files of one folder that have an object of the same name with other content,
 * or that are each for the same purpose.
 */
export function forksIn(resources: readonly Resource[]): Fork[] {
  const namesakes = groupsOf(resources.filter(isIdentified), each => [`${each.type} ${each.key}`]);
  const joined = joinedFolders(namesakes);
  const identities = new Identities(joined.size > 0 ? resources : []);
  const folders = identities.withSamples(forksOf(joined, identities));
  const samples = folders.filter(each => !each.isOfEnvironments);
  const isOfSamples = (folder: string) =>
    samples.some(({ parent, alternatives }) => alternatives.some(each => isWithin(folder, `${parent}${sep}${each}`)));
  const files = forksOf(joinedFiles(resources, namesakes, isOfSamples));
  return [
    ...folders.map(each => ({ ...each, isOfEnvironments: each.isOfEnvironments && !isOfSamples(each.parent) })),
    ...files,
  ].sort((a, b) => depth(a.parent) - depth(b.parent) || (a.parent < b.parent ? -1 : 1));
}

/** Joined siblings by their parent, each with the one that leads to the others. */
type Joined = Map<string, Map<string, string>>;

/** Folders with an object of the same name; Namespaces and the like may be in several folders of one cluster. */
function joinedFolders(namesakes: readonly (readonly Resource[])[]): Joined {
  const joined: Joined = new Map();
  for (const group of namesakes.filter(each => each[0]?.namespace !== '' || differ(each))) {
    const folders = [...new Set(group.map(folderOf))].map(each => each.split(sep));
    join(folders, joined);
  }
  return joined;
}

function joinedFiles(
  resources: readonly Resource[],
  namesakes: readonly (readonly Resource[])[],
  isOfSamples: (folder: string) => boolean,
): Joined {
  const joined: Joined = new Map();
  for (const group of namesakes.filter(differ)) {
    filesByFolder(group).forEach((files, folder) => joinSiblings(files, folder, joined));
  }
  for (const group of groupsOf(resources.filter(isOfFile), subjectsOf)) {
    for (const [folder, files] of filesByFolder(group)) {
      if (files.length >= SERIES || isOfSamples(folder) || files.some(each => joined.get(folder)?.has(each))) {
        joinSiblings(files, folder, joined);
      }
    }
  }
  joinObjects(resources, folder => joined.has(folder) || isOfSamples(folder), joined);
  return joined;
}

/** The objects of a file for one purpose, in a folder that has alternatives. */
function joinObjects(resources: readonly Resource[], hasAlternatives: (folder: string) => boolean, joined: Joined) {
  const groups = groupsOf(resources.filter(isOfFile), each => subjectsOf(each).map(key => `${fileOf(each)} ${key}`));
  for (const group of groups) {
    const [file = ''] = group.map(fileOf);
    const names = [...new Set(group.map(each => each.name))];
    if (names.length > 1 && hasAlternatives(dirname(file))) {
      joinSiblings(names, file, joined);
    }
  }
}

function forksOf(joined: Joined, identities?: Identities): Fork[] {
  return [...joined].flatMap(([parent, leaders]) => {
    const byLeader = new Map<string, string[]>();
    [...leaders.keys()].sort().forEach(each => addTo(byLeader, leaderOf(each, leaders), each));
    return [...byLeader.values()].map(alternatives => ({
      parent,
      alternatives,
      isOfEnvironments: identities?.areEnvironments(parent, alternatives) ?? false,
    }));
  });
}

function differ(group: readonly Resource[]): boolean {
  return !group.every(each => isDeepStrictEqual(each.object, group[0]?.object));
}

/** Groups of several, by each of their keys. */
function groupsOf(resources: readonly Resource[], keysOf: (resource: Resource) => readonly string[]): Resource[][] {
  const groups = new Map<string, Resource[]>();
  resources.forEach(resource => keysOf(resource).forEach(key => addTo(groups, key, resource)));
  return [...groups.values()].filter(each => each.length > 1);
}

function isOfFile({ origin }: Resource): boolean {
  return origin !== undefined && origin.folder === undefined;
}

function folderOf(resource: Resource): string {
  return isOfFile(resource) ? dirname(fileOf(resource)) : fileOf(resource);
}

/** The names of several files of one folder that have objects of a group, by folder. */
function filesByFolder(group: readonly Resource[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  new Set(group.filter(isOfFile).map(fileOf)).forEach(each =>
    addTo(files, dirname(each), each.slice(dirname(each).length + 1)),
  );
  return new Map([...files].filter(([, names]) => names.length > 1));
}

/** Joins the siblings on the paths to folders, below each parent that several of them have. */
function join(paths: readonly string[][], joined: Joined, level = 0): void {
  const byStep = new Map<string, string[][]>();
  paths.filter(each => each.length > level).forEach(each => addTo(byStep, each[level] ?? '', each));
  if (byStep.size > 1) {
    joinSiblings([...byStep.keys()], paths[0]?.slice(0, level).join(sep) ?? '', joined);
  }
  for (const each of byStep.values()) {
    if (each.length > 1) {
      join(each, joined, level + 1);
    }
  }
}

function joinSiblings(names: readonly string[], parent: string, joined: Joined): void {
  const leaders = joined.get(parent) ?? new Map<string, string>();
  joined.set(parent, leaders);
  const [first = ''] = names;
  for (const each of names) {
    leaders.set(leaderOf(each, leaders), leaderOf(first, leaders));
    leaders.set(each, leaderOf(each, leaders));
  }
}

function leaderOf(name: string, leaders: ReadonlyMap<string, string>): string {
  let leader = name;
  for (let next = leaders.get(leader); next !== undefined && next !== leader; next = leaders.get(leader)) {
    leader = next;
  }
  return leader;
}

const ENVIRONMENT = new RegExp(
  [
    /^(dev|develop(ment)?|test(ing)?|qa|uat|int(egration)?|stag(e|ing)|pre-?prod|prod(uction)?|live|sandbox)\b/,
    /^(eu|us|ap|asia|europe|east|west|north|south|central)\b|-(dev|test|qa|uat|staging|prod(uction)?)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** The identities of the objects below folders. */
class Identities {
  private readonly byFolder = new Map<string, Set<string>>();
  private readonly children = new Map<string, Set<string>>();

  constructor(resources: readonly Resource[]) {
    for (const each of resources.filter(isIdentified)) {
      for (let folder = folderOf(each); !this.byFolder.get(folder)?.has(idOf(each)); folder = dirname(folder)) {
        this.byFolder.set(folder, (this.byFolder.get(folder) ?? new Set()).add(idOf(each)));
        const parent = dirname(folder);
        this.children.set(parent, (this.children.get(parent) ?? new Set()).add(basename(folder)));
      }
    }
  }

  /** Whether folders are environments: by their names, or since each has most of its objects in common with others. */
  areEnvironments(parent: string, names: readonly string[]): boolean {
    const sets = names.map(each => this.byFolder.get(`${parent}${sep}${each}`) ?? new Set<string>());
    const isAlike = sets.every(set => {
      const shared = [...set].filter(id => sets.some(other => other !== set && other.has(id)));
      return set.size > 1 && shared.length >= set.size / 2;
    });
    return isAlike || names.every(each => ENVIRONMENT.test(each));
  }

  /** The folders beside samples are samples, too. */
  withSamples(forks: readonly Fork[]): Fork[] {
    const isOfSamples = (each: Fork) => !each.isOfEnvironments && each.alternatives.length >= SAMPLES;
    const parents = new Set(forks.filter(isOfSamples).map(each => each.parent));
    return [
      ...forks.filter(each => each.isOfEnvironments || !parents.has(each.parent)),
      ...[...parents].map(parent => ({
        parent,
        alternatives: [...(this.children.get(parent) ?? [])].sort(),
        isOfEnvironments: false,
      })),
    ];
  }
}

function idOf({ type, key }: Resource): string {
  return `${type} ${key}`;
}

function depth(folder: string): number {
  return folder.split(sep).length;
}

export function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}${sep}`);
}
