import { type Cluster, memo, type Path, type Place, type Resource } from '../manifests';

/** An object that decides about a request, with the field that does, and its place in the manifests. */
export interface Decider {
  /** The kind with namespace and name, such as `VirtualService shop/payment`. */
  readonly object: string;
  /** Such as `spec.http[0]`; empty for the object as a whole. */
  readonly field: string;
  /** Undefined for objects that are not from a file. */
  readonly place?: Place;
}

/** The objects that steps and outcomes of requests name. */
export class Deciders {
  /** The objects of a cluster, indexed once. */
  static readonly of = memo((cluster: Cluster) => new Deciders(cluster));

  private readonly byTitle = new Map<string, Resource>();

  private constructor(cluster: Cluster) {
    for (const resource of cluster.resources) {
      this.byTitle.set(`${resource.kind} ${resource.key}`.toLowerCase(), resource);
    }
  }

  /** The objects in a text, such as `routed by VirtualService shop/payment (spec.http[0])`, in order. */
  namedIn(text: string): Decider[] {
    return [...text.matchAll(REFERENCE)].flatMap(([, kind = '', key = '', field = '']) => {
      const found = this.find(kind, key, field);
      return found ? [found] : [];
    });
  }

  /** An object by its title, such as `AuthorizationPolicy shop/payment`, and a field of it. */
  named(title: string, field: string): Decider | undefined {
    const [kind = '', key = ''] = title.split(' ');
    return this.find(kind, key, field);
  }

  private find(kind: string, key: string, field: string): Decider | undefined {
    const resource = this.byTitle.get(`${kind} ${key}`.toLowerCase());
    return resource && { object: `${resource.kind} ${resource.key}`, field, place: resource.locate(pathOf(field)) };
  }
}

/** A kind, a namespace and a name, and a field in parentheses. */
const REFERENCE = /\b([A-Za-z]+) ([a-z0-9][a-z0-9.-]*\/[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?)(?: \((spec[^)]*)\))?/g;

/** The path of a field such as `spec.http[0].match["a b"]`. */
function pathOf(field: string): Path {
  return [...field.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([\w-]+)/g)].map(([, quoted, index, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  );
}
