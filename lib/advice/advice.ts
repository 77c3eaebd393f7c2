import { grouped } from '../kubernetes';
import type { TierCost } from './costs';

/** A declaration that a tier does not support. */
export interface MissingInTier {
  /** The path of the call, service or edge. */
  readonly path: string;
  /** What it requires. */
  readonly feature: string;
}

/** What a tier would lack, and cost. */
export interface TierAdvice {
  /** The name of the tier. */
  readonly name: string;
  /** What is declared and not supported; empty if the tier meets everything. */
  readonly missing: readonly MissingInTier[];
  /** What it reserves beyond the workloads. */
  readonly cost: TierCost;
}

/** The number of services from which a mesh pays, even where no declaration requires it. */
const MANY_SERVICES = 50;

/** Which tier topologies need, and why. */
export class Advice {
  /** The simplest tier that supports everything; undefined if none does. */
  readonly simplest: TierAdvice | undefined;

  constructor(
    /** All tiers, from the simplest to the most capable. */
    readonly tiers: readonly TierAdvice[],
    private readonly services: number,
    private readonly inUse?: TierAdvice,
  ) {
    this.simplest = tiers.find(({ missing }) => missing.length === 0);
  }

  /** A sentence about the tier in use, if it lacks something or nothing requires it. */
  get warnings(): readonly string[] {
    const { inUse, simplest } = this;
    if (!inUse || inUse === simplest) {
      return [];
    }
    if (inUse.missing.length > 0) {
      const alternative = simplest ? ` ${capitalized(simplest.name)} has it.` : '';
      return [`${capitalized(inUse.name)} lacks ${listed(inUse.missing).join('; ')}.${alternative}`];
    }
    const [plain] = this.tiers;
    return this.services >= MANY_SERVICES || !simplest || simplest !== plain
      ? []
      : [`Nothing that is declared requires ${inUse.name}: ${simplest.name} is enough for ${this.services} services.`];
  }

  /** The advice as lines of text. */
  toString(): string {
    const { simplest, services } = this;
    const lines = this.tiers.flatMap(tier => [
      `${tier === simplest ? '→' : ' '} ${tier.name}: ${costLine(tier.cost)}; `
        + (tier.missing.length === 0 ? 'supports everything that is declared' : 'lacks'),
      ...listed(tier.missing).map(each => `      ${each}`),
    ]);
    const many =
      simplest && simplest === this.tiers[0] && services >= MANY_SERVICES
        ? [`With ${services} services, a mesh pays for its cost: permissions, retries and telemetry in one place.`]
        : [];
    return [...lines, ...many, ...this.warnings, ''].join('\n');
  }
}

const costLine = ({ proxies, cpu, memory }: TierCost) =>
  proxies === 0 ? 'no proxies' : `${proxies} proxies, ${Number(cpu.toFixed(1))} CPUs, ${memory} MiB`;

/** The paths that one feature is listed with. */
const LISTED = 3;

/** Each feature once, with the first of its paths. */
function listed(missing: readonly MissingInTier[]): string[] {
  return grouped(missing, ({ feature }) => feature).map(of => {
    const [{ feature }] = of;
    const paths = of.slice(0, LISTED).map(({ path }) => path);
    const more = of.length > LISTED ? [`${of.length - LISTED} more`] : [];
    return `${feature}: ${[...paths, ...more].join(', ')}`;
  });
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
