interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Of `environment.mjs`. */
declare const schemaProblem: (object: KubernetesObject) => string | undefined;

/** What the schemas of Kubernetes, Istio and the Gateway API say against these objects. */
export function problemsOf(objects: readonly unknown[]): string[] {
  const written = JSON.parse(JSON.stringify(objects)) as KubernetesObject[];
  return written.filter(hasSchema).flatMap(object => {
    const problem = schemaProblem(object);
    return problem === undefined ? [] : [`${nameOf(object)}: ${problem}`];
  });
}

/** No package has the others: their types are in lib/linkerd/resources.ts and lib/istio/traffic-extension.ts. */
function hasSchema({ apiVersion, kind }: KubernetesObject): boolean {
  return !apiVersion.startsWith('policy.linkerd.io/') && kind !== 'TrafficExtension';
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.namespace ?? ''}/${metadata?.name}`;
}
