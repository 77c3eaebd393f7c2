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
  private readonly tried = new Map<string, string>();
  private readonly settled = new Set<string>();

  /** Keeps what the model rejects as it is. False if nothing declared is the reason. */
  refusedBy({ path, message }: Refusal, model: Model, title: string): boolean {
    const routed = declaredRoutes(model).find(each => namesRoutes(path, each, title));
    const service = model.services.find(
      each => namesService(path, `${title}/${each.name}`) && !this.existing.has(keyOf(each)),
    );
    if (routed) {
      this.asWritten.add(keyOf(routed));
    } else if (service) {
      this.existing.set(keyOf(service), message);
    }
    return routed !== undefined || service !== undefined;
  }

  /**
   * Keeps routes as they are whose requests get another result. Those that differ as they are, too, become declarations
   * again. False if nothing has changed.
   */
  changedBy(differences: readonly string[], { services, ...model }: Model, clusterDomain: string): boolean {
    const declared = declaredRoutes({ services, ...model });
    const all = services.map(each => ({
      key: keyOf(each),
      own: differencesAt(each, differences, clusterDomain),
      isDeclared: declared.includes(each),
    }));
    const changed = all.filter(({ key, own, isDeclared }) => isDeclared && own !== '' && !this.settled.has(key));
    const unchanged = all.filter(({ key, own }) => own === this.tried.get(key) && this.asWritten.has(key));
    changed.forEach(({ key, own }) => {
      this.tried.set(key, own);
      this.asWritten.add(key);
    });
    unchanged.forEach(({ key }) => {
      this.settled.add(key);
      this.asWritten.delete(key);
    });
    return changed.length + unchanged.length > 0;
  }
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
