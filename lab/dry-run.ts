import { isMap, type KubernetesObject } from '../lib/manifests';
import type { Api } from './api';

interface Kinds {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Creates objects without storing them, as `kubectl create --dry-run=server` does. */
export class DryRun {
  private readonly kinds = new Map<string, Promise<Kinds>>();

  constructor(private readonly api: Api) {}

  /**
   * The object as the API server would store it, or why it rejects it. Unknown and repeated fields are errors.
   * @param namespace of objects that are in one
   */
  async create(object: KubernetesObject, namespace: string): Promise<KubernetesObject | string> {
    const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    const known = this.kinds.get(root) ?? this.api.get<Kinds>(root);
    this.kinds.set(root, known);
    const { resources } = await known;
    const resource = resources.find(each => each.kind === object.kind && !each.name.includes('/'));
    if (!resource) {
      return `${object.apiVersion} has no kind ${object.kind}`;
    }
    const { name, namespaced } = resource;
    const path = `${root}${namespaced ? `/namespaces/${namespace}` : ''}/${name}`;
    const metadata = namespaced ? { ...object.metadata, namespace } : object.metadata;
    return this.api
      .post<KubernetesObject>(`${path}?dryRun=All&fieldValidation=Strict`, { ...object, metadata })
      .catch((error: unknown) => (error instanceof Error ? messageOf(error) : String(error)));
  }
}

function messageOf({ message }: Error): string {
  const at = message.indexOf('{');
  try {
    const status: unknown = JSON.parse(message.slice(at));
    return isMap(status) ? String(status.message) : message;
  } catch {
    return message;
  }
}
