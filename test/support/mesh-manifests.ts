/** A Deployment with its Service on port 80, as YAML. */
export function server(namespace: string, name: string, version?: string): string {
  const [id, more] = version === undefined ? [name, ''] : [`${name}-${version}`, `, version: ${version}`];
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${id}, namespace: ${namespace}}
spec: {template: {metadata: {labels: {app: ${name}${more}}}, spec: {serviceAccountName: ${name}, containers: [{name: a, image: a}]}}}
`;
}

/** An AuthorizationPolicy for the Pods of a server, as YAML. */
export function policy(namespace: string, name: string, rules: string): string {
  return `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {matchLabels: {app: ${name}}}, rules: ${rules}}
`;
}

/** Namespaces with sidecars and STRICT mutual TLS, as YAML. */
export function meshed(...namespaces: readonly string[]): string {
  return namespaces
    .map(
      name => `---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {istio-injection: enabled}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: ${name}}
spec: {mtls: {mode: STRICT}}
`,
    )
    .join('');
}
