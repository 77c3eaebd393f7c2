import { type DirectResponse, validateDirectResponse } from './direct-response';
import { duplicate } from './duplicate';
import { requirePercentage } from './numbers';
import { type Port, Protocol } from './port';
import { declareRollout, type ProgressiveRollout, type ProgressiveRolloutProps } from './progressive-rollout';
import type { HeaderMatch } from './traffic';
import { covers, type HeaderRoute, type Mirror, requireWhole, type Weight } from './traffic';
import { ValidationError } from './validation-error';
import type { Version } from './version';
import type { WorkloadKind } from './workload-kind';
import { requireVersions } from './workload-kind-rules';

/** The parts of a service that its traffic rules refer to. */
interface Routed {
  readonly path: string;
  readonly name: string;
  readonly ports: readonly Port[];
  readonly workloadKind: WorkloadKind;
  version(name: string): Version;
}

/** How the requests to a service are distributed among its versions, in the order of declaration. */
export class TrafficRules {
  private readonly shares: Weight[] = [];
  private readonly byHeader: HeaderRoute[] = [];
  private mirrored?: Mirror;
  private rolledOut?: ProgressiveRollout;

  constructor(private readonly service: Routed) {}

  get weights(): readonly Weight[] {
    return this.shares;
  }

  get headerRoutes(): readonly HeaderRoute[] {
    return this.byHeader;
  }

  get mirror(): Mirror | undefined {
    return this.mirrored;
  }

  get progressive(): ProgressiveRollout | undefined {
    return this.rolledOut;
  }

  /** Whether a rule names a version. */
  get nameVersions(): boolean {
    const names = this.byHeader.some(({ weights, mirror }) => weights.length > 0 || mirror !== undefined);
    return this.shares.length > 0 || names || this.mirrored !== undefined;
  }

  rollOut(service: Parameters<typeof declareRollout>[0], props: ProgressiveRolloutProps): void {
    this.rolledOut = declareRollout(service, props);
    this.rejectRulesBesideRollout();
  }

  split(percentByVersion: { readonly [version: string]: number }, match?: HeaderMatch): void {
    requireVersions(this.service, 'split');
    const { path, name, ports } = this.service;
    if (ports.some(port => port.protocol === Protocol.TLS)) {
      throw new ValidationError({
        code: 'NoRequests',
        path,
        summary: `${name} has a port of protocol tls, whose connections are routed by SNI, not by weight.`,
        fix: 'Declare it as tcp to split connections, or terminate TLS in the mesh and declare http, http2 or grpc.',
      });
    }
    if (match) {
      this.requireRequests('Splitting by header');
    } else {
      this.rejectSecond('split', this.shares.length > 0);
    }
    const weights = Object.entries(percentByVersion).map(([version, percent]) => ({
      version: this.service.version(version),
      percent,
    }));
    requireWhole(path, weights);
    if (match) {
      this.addRoute({ match, weights });
    } else {
      this.shares.push(...weights);
    }
    this.rejectRulesBesideRollout();
  }

  routeTo(version: string, match: HeaderMatch): void {
    requireVersions(this.service, 'routeTo');
    this.requireRequests('Routing by header');
    this.addRoute({ match, weights: [{ version: this.service.version(version), percent: 100 }] });
    this.rejectRulesBesideRollout();
  }

  mirrorTo(version: string, percent: number, match?: HeaderMatch): void {
    requireVersions(this.service, 'mirrorTo');
    this.requireRequests('Mirroring');
    if (!match) {
      this.rejectSecond('mirrorTo', this.mirrored !== undefined);
    }
    requirePercentage(this.service.path, 'The mirrored share', percent);
    const mirror = { version: this.service.version(version), percent };
    if (match) {
      this.addRoute({ match, weights: [], mirror });
    } else {
      this.mirrored = mirror;
    }
    this.rejectRulesBesideRollout();
  }

  respondDirectly(match: HeaderMatch, response: DirectResponse): void {
    this.requireRequests('A direct response');
    validateDirectResponse(this.service.path, response);
    this.addRoute({ match, weights: [], response });
  }

  private addRoute(route: HeaderRoute): void {
    const { header, value } = route.match;
    const earlier = this.byHeader.find(each => covers(each.match, route.match));
    if (earlier) {
      throw duplicate(
        this.service.path,
        `An earlier rule applies to all requests that this one matches (${header}: ${value}): it `
          + `${describe(earlier)}.`,
        'Keep one of the two, or declare the narrower one first.',
      );
    }
    this.byHeader.push(route);
  }

  /** The controller of a rollout writes the weights, and its pods have one version. */
  private rejectRulesBesideRollout(): void {
    if (this.rolledOut && this.nameVersions) {
      throw new ValidationError({
        code: 'Contradiction',
        path: this.service.path,
        summary: `The rollout of ${this.service.name} sets the shares of requests, and a rule for its versions does as well.`,
        fix: 'Remove `rollout`, or split, routeTo and mirrorTo.',
      });
    }
  }

  private rejectSecond(what: string, isSecond: boolean): void {
    if (isSecond) {
      throw duplicate(
        this.service.path,
        `${what} was called for ${this.service.name} already, and the second call would replace the first.`,
        `Call ${what} once.`,
      );
    }
  }

  private requireRequests(what: string): void {
    if (!this.service.ports.some(port => port.carriesRequests)) {
      throw new ValidationError({
        code: 'NoRequests',
        path: this.service.path,
        summary: `${what} needs requests, and no port of ${this.service.name} carries any.`,
        fix: 'Declare a port as http, http2 or grpc, or use split, which works on connections too.',
      });
    }
  }
}

function describe({ weights, mirror, response }: HeaderRoute): string {
  return response
    ? `answers with ${response.status}`
    : mirror
      ? `mirrors them to ${mirror.version.name}`
      : `sends them to ${weights.map(({ version }) => version.name).join(', ')}`;
}
