import type { Resource } from '../../manifests';
import { keyOf, type Model } from './model';
import { hostOf } from './routes';
import type { ImportedService } from './services';

/** Why a model cannot be rendered. */
export interface Refusal {
  readonly path: string;
  readonly message: string;
}

/** What becomes a declaration, and what stays as it is, since the model rejects it or would change its traffic. */
export class Choices {
  /** The services whose workloads the model rejects, with the reason. */
  readonly existing = new Map<string, string>();
  /** The services whose routes stay as they are. */
  readonly asWritten = new Set<string>();
  /** The Gateways that stay as they are, with the reason. */
  readonly gatewaysAsWritten = new Map<Resource, string>();
  private readonly tried = new Map<string, string>();
  private readonly settled = new Set<string>();

  /** Keeps what the model rejects as it is. False if nothing declared is the reason. */
  refusedBy({ path, message }: Refusal, model: Model, title: string): boolean {
    const routed = declaredRoutes(model).find(each => namesRoutes(path, each, title));
    const service = model.services.find(
      each => namesService(path, `${title}/${each.name}`) && !this.existing.has(keyOf(each)),
    );
    const edges = model.gateways.edges.find(({ names }) => names.some(each => namesService(path, `${title}/${each}`)));
    if (edges) {
      this.gatewaysAsWritten.set(edges.gateway, `the model rejects it: ${message}`);
    } else if (routed) {
      this.asWritten.add(keyOf(routed));
    } else if (service) {
      this.existing.set(keyOf(service), message);
    }
    return edges !== undefined || routed !== undefined || service !== undefined;
  }

  /**
   * Keeps routes and gateways as they are whose requests get another result. Those that differ as they are, too, become
   * declarations again. False if nothing has changed.
   */
  changedBy(differences: readonly string[], model: Model, clusterDomain: string): boolean {
    const candidates = [...this.ofRoutes(differences, model, clusterDomain), ...this.ofGateways(differences, model)];
    const changed = candidates.filter(each => each.isDeclared && each.own !== '' && !this.settled.has(each.key));
    const unchanged = candidates.filter(each => !each.isDeclared && each.own === this.tried.get(each.key));
    changed.forEach(({ key, own, keep }) => {
      this.tried.set(key, own);
      keep();
    });
    unchanged.forEach(({ key, declare }) => {
      this.settled.add(key);
      declare();
    });
    return changed.length + unchanged.length > 0;
  }

  private ofRoutes(differences: readonly string[], model: Model, clusterDomain: string): Candidate[] {
    const declared = declaredRoutes(model);
    return model.services.map(each => ({
      key: keyOf(each),
      own: differencesAt(each, differences, clusterDomain),
      isDeclared: declared.includes(each),
      keep: () => this.asWritten.add(keyOf(each)),
      declare: () => this.asWritten.delete(keyOf(each)),
    }));
  }

  private ofGateways(differences: readonly string[], { gateways: { edges, kept } }: Model): Candidate[] {
    return [...edges.map(each => each.gateway), ...kept.keys()].map(gateway => ({
      key: `${gateway.type} ${gateway.key}`,
      own: differences
        .filter(each => /(^|[ ,])internet[ ,]/.test(each) || each.includes(`${gateway.name}-istio`))
        .join('\n'),
      isDeclared: !kept.has(gateway),
      keep: () => this.gatewaysAsWritten.set(gateway, 'its traffic would differ'),
      declare: () => this.gatewaysAsWritten.delete(gateway),
    }));
  }
}

/** What can be a declaration or stay as it is. */
interface Candidate {
  readonly key: string;
  /** Its differences of traffic. */
  readonly own: string;
  readonly isDeclared: boolean;
  readonly keep: () => void;
  readonly declare: () => void;
}

/** The services whose routes are declarations of the model. */
function declaredRoutes({ routes }: Model): ImportedService[] {
  return [...routes].filter(([, each]) => each.from !== undefined && each.spec === undefined).map(([each]) => each);
}

function differencesAt(service: ImportedService, differences: readonly string[], clusterDomain: string): string {
  const host = hostOf(service, clusterDomain).replace(`.svc.${clusterDomain}`, '');
  return differences.filter(each => each.includes(`→ ${host}:`)).join('\n');
}

/** Whether an error is about the routes of a service: its traffic rules, or the policy of a call of it. */
function namesRoutes(path: string, service: ImportedService, title: string): boolean {
  return path === `${title}/${service.name}` || path.endsWith(` → ${service.name}`);
}

function namesService(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}/`) || path.startsWith(`${key} `) || path.startsWith(`${key}.`);
}
