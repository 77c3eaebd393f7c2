import { CHECKS } from './catalogue';

const LIVE = 'needs a running cluster:';

/** The codes of `istioctl analyze` and Kiali that no check finds, each with the reason. */
export const NOT_COVERED: Readonly<Record<string, string>> = {
  IST0001: 'is a fault of istioctl itself, not of manifests',
  IST0141: `${LIVE} whether the current user is allowed to install Istio`,
  IST0142: `${LIVE} the version of its API server`,
  IST0143: `${LIVE} the sockets that a container has opened`,
  IST0168: 'compares an installed version of Istio with the next one',
  IST0169: 'compares an installed version of Istio with the next one',
  IST0170: 'compares several clusters, and manifests are treated as one',
  KIA0107: 'needs the ServiceAccounts of another cluster, and manifests are treated as one; see ForeignPrincipal',
};

/** The last code of each group of Kiali and of istioctl. */
const GROUPS = [
  range('IST', 1, 2),
  range('IST', 101, 103),
  range('IST', 106, 112),
  ['IST0116', 'IST0118', 'IST0123'],
  range('IST', 125, 177),
  range('KIA', 2, 5),
  ['KIA0101', 'KIA0102'],
  range('KIA', 104, 110),
  range('KIA', 201, 212),
  [
    'KIA0301',
    'KIA0302',
    'KIA0401',
    'KIA0501',
    'KIA0505',
    'KIA0506',
    'KIA0601',
    'KIA0602',
    'KIA0701',
    'KIA1004',
    'KIA1006',
    'KIA1007',
    'KIA1101',
    'KIA1102',
  ],
  range('KIA', 1104, 1117),
  ['KIA1201', 'KIA1211', 'KIA1212', 'KIA1301'],
  range('KIA', 1311, 1317),
  ['KIA1401', 'KIA1402'],
  range('KIA', 1501, 1504),
  ['KIA1601', 'KIA1701', 'KIA1702'],
];

/** All codes of `istioctl analyze` (1.31) and Kiali (2.x). */
export const CODES: readonly string[] = GROUPS.flat();

function range(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${String(from + index).padStart(4, '0')}`);
}

/** The checks for each code, and the reason for codes without any, as a Markdown table. */
export function coverageTable(): string {
  const rows = CODES.map(code => {
    const ids = CHECKS.filter(each => each.covers.includes(code)).map(each => each.id);
    return `| ${code} | ${ids.join(', ') || `– ${NOT_COVERED[code] ?? ''}`} |`;
  });
  return ['| code | found by |', '|---|---|', ...rows].join('\n');
}

/** All checks as a Markdown table. */
export function checkTable(): string {
  return [
    '| check | severity | covers | finding |',
    '|---|---|---|---|',
    ...CHECKS.map(
      ({ id, severity, covers, summary }) => `| ${id} | ${severity} | ${covers.join(', ') || '–'} | ${summary} |`,
    ),
  ].join('\n');
}
