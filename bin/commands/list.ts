import { checkTable, CodeKind, codeTable, coverageTable } from '../../lib/checks';

/** All codes, a section for each kind, as Markdown. */
export function list(): string {
  return [
    '## Checks',
    checkTable(),
    '## Codes of istioctl analyze and Kiali',
    coverageTable(),
    '## Limits of CloudFormation templates',
    codeTable(CodeKind.TEMPLATE),
    '## Findings of synthesis',
    codeTable(CodeKind.SYNTHESIS),
    '## Errors of the model',
    codeTable(CodeKind.MODEL),
  ]
    .join('\n\n')
    .concat('\n');
}
