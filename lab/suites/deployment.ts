/** A Deployment with the labels of its Pods, and one container unless they have others. */
export function deployment(
  metadata: { readonly name: string; readonly namespace?: string },
  labels: Readonly<Record<string, string>>,
  pod: object = { containers: [{ name: 'app', image: 'app' }] },
) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
}
