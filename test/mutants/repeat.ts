import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs before each test file. With `CARDINAL_MUTANT` that mutant is on for the whole file. Without, each test runs once
 * for itself, and once more for each mutant whose switch it reaches, until one test has failed for it.
 */
const folder = process.env.CARDINAL_MUTANTS ?? '';
const only = process.env.CARDINAL_MUTANT;

/** A test that takes longer is not repeated. */
const LONGEST_MILLISECONDS = 1500;
const FOREVER = 3_600_000;

let on: string | undefined = only;
let reached = new Map<string, number>();
let left = Infinity;
let isInTest = false;
const undecided = new Set<string>();

Object.assign(globalThis, {
  mutantIsOn: (id: string): boolean => {
    if (!isInTest) {
      undecided.add(id);
    }
    reached.set(id, (reached.get(id) ?? 0) + 1);
    if (id !== on) {
      return false;
    }
    if (left-- <= 0) {
      throw new Error('The mutant does not end.');
    }
    return true;
  },
});

type Body = (...args: never[]) => unknown;

async function repeat(body: () => unknown): Promise<void> {
  reached = new Map();
  isInTest = true;
  const start = Date.now();
  try {
    await body();
    const counts = reached;
    if (Date.now() - start > LONGEST_MILLISECONDS || !(await passes(body)) || !(await decide(counts, body))) {
      [...counts.keys()].forEach(id => undecided.add(id));
    }
  } finally {
    isInTest = false;
  }
}

/** Repeats a test for each mutant, unless it fails afterwards without any: what it left behind would decide. */
async function decide(counts: ReadonlyMap<string, number>, body: () => unknown): Promise<boolean> {
  for (const [id, count] of counts) {
    if (existsSync(markOf(id))) {
      continue;
    }
    reached = new Map();
    on = id;
    left = count * 100 + 1000;
    const passed = await passes(body);
    on = undefined;
    if (!reached.has(id)) {
      undecided.add(id);
    } else if (!passed && !(await passes(body))) {
      return false;
    } else if (!passed) {
      writeFileSync(markOf(id), expect.getState().currentTestName ?? '');
    }
  }
  return true;
}

async function passes(body: () => unknown): Promise<boolean> {
  try {
    await body();
    return true;
  } catch {
    return false;
  }
}

/** The file whose existence says that a mutant is killed. */
function markOf(id: string): string {
  return join(folder, 'killed', encodeURIComponent(id));
}

type Each = (...table: never[]) => (name: string, body: Body, timeout?: number) => void;

function repeated<T extends { (name: string, body: Body, timeout?: number): void; each: Each }>(original: T): T {
  const declare = (name: string, body: Body): void => {
    original(name, () => repeat(body), FOREVER);
  };
  const each: Each =
    (...table) =>
    (name, body) => {
      original.each(...table)(name, (...args) => repeat(() => body(...args)), FOREVER);
    };
  return Object.assign(declare, original, { each }) as unknown as T;
}

if (only === undefined) {
  Object.assign(globalThis, { test: repeated(test as never), it: repeated(it as never) });
}

afterAll(() => {
  const file = expect.getState().testPath ?? '';
  appendFileSync(join(folder, 'undecided'), [...undecided].map(id => `${JSON.stringify([id, file])}\n`).join(''));
});
