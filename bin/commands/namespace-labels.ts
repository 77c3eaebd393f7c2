import type { NamespaceLabels } from '../../lib/manifests';

/** The labels of namespaces, by namespace, of options `NAMESPACE:KEY=VALUE`, or what is wrong with one of them. */
export function namespaceLabelsOf(texts: readonly string[]): NamespaceLabels | string {
  const wrong = texts.find(each => !NAMESPACE_LABEL.test(each));
  if (wrong !== undefined) {
    return `--namespace-label ${wrong} is not of the form NAMESPACE:KEY=VALUE.`;
  }
  const labels = new Map<string, Record<string, string>>();
  for (const [, namespace = '', name, value = ''] of texts.map(each => NAMESPACE_LABEL.exec(each) ?? [])) {
    labels.set(namespace, { ...labels.get(namespace), ...(name === undefined ? {} : { [name]: value }) });
  }
  return Object.fromEntries(labels);
}

/** Whether Kubernetes accepts a text as the name of a namespace. */
export function isNamespace(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
}

/** The values of an option that may be repeated. */
export function repeated(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** A namespace, or `*`, with a label, or none. */
const NAMESPACE_LABEL = /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?|\*):(?:([\w./-]+)=([\w.-]*))?$/;
