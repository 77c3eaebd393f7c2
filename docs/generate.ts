import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { list } from '../bin/commands/list';
import { type Check, CHECKS } from '../lib/checks';
import { awsCapabilities, edgeCapabilities } from './edge-capabilities';
import { ruleIndex } from './rule-index';
import { examplesIn, folderOf } from './rules';
import { tasksPage } from './tasks';
import { tierCapabilities } from './tiers';

const ROOT = join(__dirname, '..');
const MARK = '<!-- generated -->\n';

/** All generated files, by their paths in the repository. */
export function generatedFiles(): Map<string, string> {
  const [text, edges, aws, ambient] = ['docs/checks.md', 'docs/edges.md', 'docs/aws.md', 'docs/guides/ambient.md'].map(
    path => readFileSync(join(ROOT, path), 'utf8').split(MARK)[0] ?? '',
  );
  return new Map([
    ['lib/checks/rules/index.ts', ruleIndex()],
    ['docs/tasks.md', tasksPage()],
    ['docs/aws.md', `${aws}${MARK}\n${awsCapabilities()}\n`],
    ['docs/edges.md', `${edges}${MARK}\n${edgeCapabilities()}\n`],
    ['docs/guides/ambient.md', `${ambient}${MARK}\n${tierCapabilities()}\n`],
    ['docs/checks.md', `${text}${MARK}\n${list().replaceAll(/^## /gm, '### ')}`],
    ...CHECKS.map(check => [`docs/checks/${folderOf(check.id)}.md`, checkPage(check)] as const),
  ]);
}

function checkPage({ id, severity, covers, summary, explanation }: Check): string {
  const [first] = examplesIn(folderOf(id));
  const example = (title: string, text: string) => [`## ${title}`, '', '```yaml', text.trimEnd(), '```', ''];
  return [
    `# ${id}`,
    '',
    `${summary}.`,
    '',
    `Severity: ${severity}.${covers.length > 0 ? ` Covers ${covers.join(', ')}.` : ''}`,
    '',
    explanation,
    '',
    ...(first
      ? [...example('Bad', first.bad), `The finding is at \`${first.at}\`.`, '', ...example('Good', first.good)]
      : []),
    '## How to suppress it',
    '',
    'On the object, with the reason:',
    '',
    '```yaml',
    'metadata:',
    '  annotations:',
    `    cardinal.cdk8s.io/suppress: "${id}: why it is acceptable"`,
    '```',
    '',
  ].join('\n');
}

if (require.main === module) {
  const files = generatedFiles();
  rmSync(join(ROOT, 'docs/checks'), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
}
