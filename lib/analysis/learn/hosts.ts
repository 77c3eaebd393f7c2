/** The port and the host of a cluster of Istio's proxies, in a text; a delimiter may follow. */
export const CLUSTER = /\boutbound\|(\d+)\|[^|\s]*\|([^\s"|;]+)/;

/** The Service of a host in the cluster as `namespace/name`; another host as it is. */
export function hostOf(host: string): string {
  const [, name = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return name === '' ? host : `${namespace}/${name}`;
}
