import assert from 'node:assert/strict';
import type { KubeObject } from '../api';
import { KUSTOMIZATIONS, type Kustomization } from '../flux';
import type { Lab } from '../lab';
import { NAMESPACE } from './topologies';

interface Status extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * The version of the API server at which objects were created, and at which conditions became true for the first time.
 */
export class Journal {
  private readonly versions = new Map<string, number>();

  static of(lab: Lab): Journal {
    const journal = new Journal();
    lab.plane.api.watch<Kustomization>(KUSTOMIZATIONS, (_, each) => journal.note(each, 'Kustomization', 'Ready'));
    for (const [path, kind, condition] of WATCHED) {
      lab.plane.api.watch<Status>(path, (_, each) => {
        if (each.metadata.namespace === NAMESPACE || each.metadata.name === NAMESPACE) {
          journal.note(each, kind, condition);
        }
      });
    }
    return journal;
  }

  /** The version at which that was so first. */
  at(key: string): number {
    return this.versions.get(key) ?? assert.fail(`${key} was never so: ${[...this.versions.keys()].join(', ')}`);
  }

  /** All keys that start so. */
  keys(prefix: string): string[] {
    return [...this.versions.keys()].filter(key => key.startsWith(prefix));
  }

  private note({ metadata, status }: Status, kind: string, condition: string): void {
    const names = [
      `${kind} ${metadata.name}`,
      ...(status?.conditions ?? [])
        .filter(each => each.type === condition && each.status === 'True')
        .map(() => `${kind} ${metadata.name} ${condition}`),
    ];
    for (const name of names) {
      if (!this.versions.has(name)) {
        this.versions.set(name, Number(metadata.resourceVersion));
      }
    }
  }
}

const WATCHED: readonly (readonly [path: string, kind: string, condition: string])[] = [
  ['/api/v1/namespaces', 'Namespace', ''],
  [`/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/gateways`, 'Gateway', 'Programmed'],
  [`/apis/security.istio.io/v1/namespaces/${NAMESPACE}/authorizationpolicies`, 'AuthorizationPolicy', ''],
  [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, 'Deployment', 'Available'],
  [`/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`, 'VirtualService', ''],
];
