import { embedded } from './embedded';
import { isMap } from './object';
import { type Field, Resource } from './resource';

/**
 * The mesh config: of the ConfigMap of a control plane, or of an IstioOperator. Istio's defaults if there is neither.
 */
export class MeshConfig {
  /** Whether the manifests contain a mesh config. */
  readonly isKnown: boolean;

  /**
   * @param settings those that can be read
   * @param unreadable the text of a ConfigMap that is none, if there is one
   */
  constructor(
    readonly settings: Field | undefined,
    readonly unreadable?: Field,
  ) {
    this.isKnown = settings !== undefined;
  }

  /** @param assumed settings beside those of manifests, which take precedence */
  static of(configMaps: readonly Resource[], operators: readonly Resource[], assumed?: object): MeshConfig {
    const declared = MeshConfig.declaredIn(configMaps, operators);
    if (!assumed || declared.unreadable) {
      return declared;
    }
    const settings = declared.settings ?? assumption(assumed);
    const own = declared.settings?.value;
    return new MeshConfig(settings.replaced({ ...assumed, ...(isMap(own) ? own : {}) }));
  }

  private static declaredIn(configMaps: readonly Resource[], operators: readonly Resource[]): MeshConfig {
    const configMap = configMaps.find(
      each => /^istio(-|$)/.test(each.name) && each.root.get('data', 'mesh').text !== '',
    );
    if (configMap) {
      const text = configMap.root.get('data', 'mesh');
      const settings = embedded(text);
      return new MeshConfig(settings, isMap(settings.value) ? undefined : text);
    }
    const operator = operators.find(each => each.spec.get('meshConfig').exists);
    return new MeshConfig(operator?.spec.get('meshConfig'));
  }

  /** The root namespace, whose policies apply to the whole mesh. */
  get rootNamespace(): string {
    return this.get('rootNamespace')?.text || 'istio-system';
  }

  get trustDomain(): string {
    return this.get('trustDomain')?.text || 'cluster.local';
  }

  /** The number of retries of routes that declare none: Istio's default of 2, or that of the mesh config. */
  get defaultRetries(): number {
    const policy = this.get('defaultHttpRetryPolicy');
    return policy?.exists ? (policy.get('attempts').number ?? 0) : 2;
  }

  get(...names: string[]): Field | undefined {
    return this.settings?.get(...names);
  }
}

/** Settings that no manifest declares, as those of an object. */
function assumption(settings: object): Field {
  const metadata = { name: 'assumed' };
  const object = { apiVersion: 'cardinal.cdk8s.io/v1', kind: 'MeshConfig', metadata, meshConfig: settings };
  return new Resource(object, undefined, '').root.get('meshConfig');
}
