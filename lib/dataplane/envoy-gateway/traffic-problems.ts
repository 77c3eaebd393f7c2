import { type Field, millisOf, type Resource } from '../../manifests';

/** A setting of a policy that Envoy Gateway rejects. */
export interface InvalidSetting {
  readonly name: string;
  readonly at: Field;
  readonly problem: string;
}

/**
 * The settings of a BackendTrafficPolicy that Envoy Gateway rejects, so that its routes respond with 500.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/gatewayapi/backendtrafficpolicy.go
 */
export function invalidTraffic({ spec }: Resource): InvalidSetting[] {
  return [
    ...durationsIn(spec.get('timeout')).flatMap(at => invalid('timeout', at, isDuration(at), 'is no duration')),
    ...[spec.get('retry', 'perRetry', 'timeout')].flatMap(at => invalid('retry', at, isDuration(at), 'is no duration')),
    ...spec
      .get('circuitBreaker')
      .entries.filter(([name]) => name.startsWith('max'))
      .flatMap(([, at]) => invalid('circuitBreaker', at, isCount(at.number), 'is out of range')),
    ...[spec.get('connection', 'bufferLimit')].flatMap(at =>
      invalid('connection', at, isCount(bytesIn(at.text)), 'is no number of bytes in 32 bits'),
    ),
    ...[spec.get('loadBalancer', 'consistentHash', 'tableSize')].flatMap(at =>
      invalid('loadBalancer', at, isPrime(at.number ?? 2), 'is no prime number'),
    ),
    ...invalidLimits(spec.get('rateLimit')),
  ];
}

function invalid(name: string, at: Field, isValid: boolean, what: string): InvalidSetting[] {
  return !at.exists || isValid ? [] : [{ name, at, problem: `"${at.text}" ${what}` }];
}

function durationsIn(timeout: Field): Field[] {
  return ['tcp', 'http'].flatMap(each => timeout.get(each).entries.map(([, at]) => at));
}

function isDuration(at: Field): boolean {
  return millisOf(at.text) !== undefined;
}

export function isCount(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

/** The bytes of a quantity of Kubernetes. */
export function bytesIn(text: string): number | undefined {
  const [, digits, unit = ''] = /^(-?\d+(?:\.\d+)?)([kKMGTPE]i?)?$/.exec(text) ?? [];
  const power = ['', 'k', 'M', 'G', 'T', 'P', 'E'].indexOf(unit.replace('i', '').replace('K', 'k'));
  return digits === undefined ? undefined : Number(digits) * (unit.endsWith('i') ? 1024 : 1000) ** power;
}

function isPrime(value: number): boolean {
  for (let each = 2; each * each <= value; each++) {
    if (value % each === 0) {
      return false;
    }
  }
  return value > 1;
}

/** Local limits have one for all clients at most, whose unit divides the others; regular expressions must compile. */
function invalidLimits(limits: Field): InvalidSetting[] {
  const local = limits.get('local', 'rules').items;
  const general = local.filter(each => each.get('clientSelectors').items.length === 0);
  const unit = SECONDS[general[0]?.get('limit', 'unit').text ?? 'Second'] ?? 0;
  const others = local.filter(each => (SECONDS[each.get('limit', 'unit').text] ?? 0) % (unit || 1) !== 0);
  const rules = [...local, ...limits.get('global', 'rules').items];
  const expressions = rules
    .flatMap(each => each.get('clientSelectors').items)
    .flatMap(each => [...each.get('headers').items, each.get('path')])
    .filter(each => each.get('type').text === 'RegularExpression' && !isExpression(each.get('value').text));
  const problems: readonly (readonly [at: Field | undefined, problem: string])[] = [
    [general[1], 'it has two local limits for all clients'],
    [others[0], 'the unit of a local limit is no multiple of that for all clients'],
    [expressions[0], 'a regular expression is invalid'],
  ];
  return problems.flatMap(([at, problem]) => (at ? [{ name: 'rateLimit', at, problem }] : []));
}

const SECONDS: Readonly<Record<string, number>> = {
  Second: 1,
  Minute: 60,
  Hour: 3600,
  Day: 86_400,
  Month: 2_592_000,
  Year: 31_536_000,
};

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
