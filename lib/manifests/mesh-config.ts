import { embedded } from './embedded';
import type { Field } from './field';
import { isMap } from './object';
import type { Resource } from './resource';

/** The settings of the mesh: of the ConfigMap of a control plane, or of an IstioOperator. Those of Istio, where neither is there. */
export class MeshConfig {
  /** Whether the manifests say anything of it. */
  readonly isKnown: boolean;

  /**
   * @param settings those that can be read
   * @param unreadable the text of a ConfigMap that is none, if there is one
   */
  constructor(readonly settings: Field | undefined, readonly unreadable?: Field) {
    this.isKnown = settings !== undefined;
  }

  static of(configMaps: readonly Resource[], operators: readonly Resource[]): MeshConfig {
    const configMap = configMaps.find(each => /^istio(-|$)/.test(each.name) && each.root.get('data', 'mesh').text !== '');
    if (configMap) {
      const text = configMap.root.get('data', 'mesh');
      const settings = embedded(text);
      return new MeshConfig(settings, isMap(settings.value) ? undefined : text);
    }
    const operator = operators.find(each => each.spec.get('meshConfig').exists);
    return new MeshConfig(operator?.spec.get('meshConfig'));
  }

  /** The namespace whose policies are for the whole mesh. */
  get rootNamespace(): string {
    return this.get('rootNamespace')?.text || 'istio-system';
  }

  get trustDomain(): string {
    return this.get('trustDomain')?.text || 'cluster.local';
  }

  /** How often a failed request is tried again where no route says: Istio's two, or what the mesh says. */
  get defaultRetries(): number {
    const policy = this.get('defaultHttpRetryPolicy');
    return policy?.exists ? policy.get('attempts').number ?? 0 : 2;
  }

  get(...names: string[]): Field | undefined {
    return this.settings?.get(...names);
  }
}
