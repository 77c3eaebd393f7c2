import { requireKey } from './names';
import { anyValue, listOf, type Rules, validateAll } from './rules';
import { ValidationError } from './validation-error';

/** The region whose endpoints replace those of another one. */
export interface RegionFailover {
  /** The region of the callers. */
  readonly from: string;
  /** The region whose endpoints they use if their own has no healthy ones. */
  readonly to: string;
}

/** How callers of a locality are distributed. */
export interface LocalityDistribution {
  /**
   * The locality of the callers: `region`, `region/zone` or `region/zone/subzone`; `*` as the last part matches all.
   */
  readonly from: string;
  /** The share of each locality of endpoints in percent, as whole numbers that sum to 100. */
  readonly to: { readonly [locality: string]: number };
}

/**
 * How requests are distributed over the regions and zones of endpoints.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export interface LocalityLoadBalancing {
  /**
   * Whether localities are considered at all.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * The region that each region fails over to. Needs a circuit breaker that ejects endpoints.
   * @default - any other region
   */
  readonly failover?: RegionFailover[];
  /**
   * Labels in the order in which they decide: endpoints with the same values as the caller are preferred, such as
   * `topology.kubernetes.io/zone`. A label with `=VALUE` compares endpoints with that value. Needs a circuit breaker
   * that ejects endpoints.
   * @default - region, zone and subzone
   */
  readonly failoverPriority?: string[];
  /**
   * The shares of localities. Callers of other localities are distributed as by default.
   * @default - the endpoints of the nearest locality
   */
  readonly distribute?: LocalityDistribution[];
}

const FAILOVER: Rules<RegionFailover> = { from: requireRegion, to: requireRegion };

const DISTRIBUTION: Rules<LocalityDistribution> = { from: requireLocality, to: requireShares };

const RULES: Rules<LocalityLoadBalancing> = {
  enabled: anyValue,
  failover: listOf((path, failover) => {
    validateAll(FAILOVER, path, failover);
    if (failover.from === failover.to) {
      throw invalid(path, `The region "${failover.from}" fails over to itself.`, 'Name another region.');
    }
  }),
  failoverPriority: listOf((path, label) => {
    if (!/^[a-z0-9A-Z][\w./-]*(=[\w.-]+)?$/.test(label)) {
      throw invalid(path, `"${label}" is not a label.`, 'Name labels, e.g. "topology.kubernetes.io/zone".');
    }
  }),
  distribute: (path, distribute = []) => {
    distribute.forEach(each => {
      validateAll(DISTRIBUTION, path, each);
    });
    rejectOverlap(
      path,
      distribute.map(each => each.from),
    );
  },
};

/** Rejects localities that Istio rejects, and settings that exclude each other. */
export function validateLocality(path: string, locality: LocalityLoadBalancing | undefined): void {
  if (!locality) {
    return;
  }
  validateAll(RULES, path, locality);
  const { enabled, failover, failoverPriority, distribute } = locality;
  const given = Object.entries({ failover, failoverPriority, distribute }).filter(([, list]) => list !== undefined);
  const isEmpty = given.find(([, list]) => list?.length === 0);
  if (isEmpty || (given.length === 0 && enabled === undefined)) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: isEmpty ? `${isEmpty[0]} is empty.` : 'The locality has no setting.',
      fix: 'Give entries, or leave it out.',
    });
  }
  if (given.length > 1 || (given.length > 0 && enabled === false)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        enabled === false
          ? `${given.map(([name]) => name).join(', ')} has no effect while \`enabled\` is false.`
          : `${given.map(([name]) => name).join(' and ')} exclude each other.`,
      fix: 'Give one of failover, failoverPriority and distribute, or only `enabled: false`.',
    });
  }
}

function requireRegion(path: string, region: string): void {
  if (!/^[\w.-]+$/.test(region)) {
    throw invalid(path, `"${region}" is not a region.`, 'Name regions alone, without zone and "*".');
  }
}

function requireLocality(path: string, locality: string): void {
  requireKey(path, locality);
  if (!/^(\*|[\w.-]+(\/[\w.-]+){0,2}|[\w.-]+(\/[\w.-]+)?\/\*)$/.test(locality)) {
    throw invalid(
      path,
      `"${locality}" is not a locality.`,
      'Write "region", "region/zone" or "region/zone/subzone"; "*" can be the last part.',
    );
  }
}

function requireShares(path: string, to: { readonly [locality: string]: number }): void {
  const shares = Object.entries(to);
  shares.forEach(([locality]) => {
    requireLocality(path, locality);
  });
  rejectOverlap(
    path,
    shares.map(([locality]) => locality),
  );
  const sum = shares.reduce((total, [, percent]) => total + percent, 0);
  if (sum !== 100 || shares.some(([, percent]) => !Number.isInteger(percent) || percent < 1)) {
    throw new ValidationError({
      code: 'WeightsDoNotSum',
      path,
      summary: `The shares ${shares.map(([locality, percent]) => `${locality}: ${percent}`).join(', ')} sum to ${sum}.`,
      fix: 'Give whole percentages from 1 on that sum to 100.',
    });
  }
}

/** Istio rejects localities of which one contains another. */
function rejectOverlap(path: string, localities: readonly string[]): void {
  const areas = localities.map(locality => locality.replace(/\/?\*$/, ''));
  areas.forEach((area, index) => {
    const other = areas.findIndex(
      (each, at) => at !== index && (each === '' || area === each || area.startsWith(`${each}/`)),
    );
    if (other >= 0) {
      throw invalid(
        path,
        `The locality "${localities[other]}" includes "${localities[index]}".`,
        'Name localities that do not overlap.',
      );
    }
  });
}

function invalid(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'InvalidLocality', path, summary, fix });
}
