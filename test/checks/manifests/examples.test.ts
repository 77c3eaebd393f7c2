import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, RULES_FOLDER, ruleFolders } from '../../../docs/rules';
import { CHECKS, checkManifests, type ManifestFinding } from '../../../lib/checks';
import {
  Cluster,
  cloudResources,
  isTemplate,
  parseDocuments,
  type Resource,
  resourcesIn,
} from '../../../lib/manifests';
import { EXAMPLES } from './examples';

function cluster(text: string): Cluster {
  const resources: Resource[] = parseDocuments(text, 'example.yaml').flatMap(document =>
    isTemplate(document.value) ? cloudResources(document) : resourcesIn(document),
  );
  return new Cluster(resources);
}

const reports = new Map<string, readonly ManifestFinding[]>();

/** All findings of an example, which several tests ask for. */
function findingsOf(text: string): readonly ManifestFinding[] {
  const findings = reports.get(text) ?? checkManifests(cluster(text)).findings;
  reports.set(text, findings);
  return findings;
}

const found = (text: string, check: string) => findingsOf(text).filter(each => each.id === check);

test.each(EXAMPLES.map((example, index) => [`${example.check} #${index}`, example] as const))(
  '%s finds what is wrong, at its field',
  (_name, { check, at, bad }) => {
    const fields = found(bad, check).map(each => each.field);

    expect(fields).toContain(at);
  },
);

test.each(EXAMPLES.map((example, index) => [`${example.check} #${index}`, example] as const))(
  '%s finds nothing in the nearest that is right',
  (_name, { check, good }) => {
    expect(found(good, check).map(each => each.message)).toEqual([]);
  },
);

test.each(
  EXAMPLES.flatMap((example, index) => (example.codes ? [[`${example.check} #${index}`, example] as const] : [])),
)('%s has the codes of what it finds', (_name, { check, at, bad, codes }) => {
  expect(found(bad, check).find(each => each.field === at)?.covers).toEqual(codes);
});

test('every check has an example', () => {
  const shown = new Set(EXAMPLES.map(each => each.check));
  expect(CHECKS.map(each => each.id).filter(each => !shown.has(each))).toEqual([]);
});

test('every YAML file beside a rule is in an example: pairs are numbered without a gap', () => {
  const files = ruleFolders().flatMap(folder =>
    readdirSync(join(RULES_FOLDER, folder))
      .filter(name => name.endsWith('.yaml'))
      .map(name => `${folder}/${name}`),
  );
  const pairs = EXAMPLES.map((example, index) => {
    const number = index - EXAMPLES.findIndex(each => each.check === example.check) + 1;
    return ['bad', 'good'].map(name => `${folderOf(example.check)}/${name}${number === 1 ? '' : `-${number}`}.yaml`);
  });

  expect(files.sort()).toEqual(pairs.flat().sort());
});

test('a finding is at the field of the example, with one sentence for the problem and one for the fix', () => {
  for (const { bad } of EXAMPLES) {
    for (const { file, line, column, message, fix } of findingsOf(bad)) {
      expect([file, typeof line, typeof column]).toEqual(['example.yaml', 'number', 'number']);
      expect(message).toMatch(/[.?]$/);
      expect(fix).toMatch(/^[A-Z].*[.`?]$/s);
      expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|NaN/);
    }
  }
});
