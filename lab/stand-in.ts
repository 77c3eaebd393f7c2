/** A namespace with one Pod outside the mesh, in place of a program that does not run in the lab. */
export function standIn(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  ports: readonly number[] = [],
): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: { ...labels, 'sidecar.istio.io/inject': 'false' } },
          spec: {
            containers: [
              { name, image: name, ports: ports.map(port => ({ name: `tcp-${port}`, containerPort: port })) },
            ],
          },
        },
      },
    },
  ];
}
