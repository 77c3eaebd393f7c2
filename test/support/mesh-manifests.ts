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

/** The Deployment of a server without its Service, as YAML. */
export function deployment(namespace: string, name: string, version?: string): string {
  const text = server(namespace, name, version);
  return text.slice(text.indexOf('---', 3));
}

/** Routes that send 90 % of the requests for `pay.shop` to its version v1 and the others to v2, as YAML. */
export const PAY_ROUTES = `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: pay, namespace: shop}
spec: {host: pay, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec:
  hosts: [pay.shop.svc.cluster.local]
  http: [{timeout: 2s, retries: {attempts: 0}, route: [{destination: {host: pay, subset: v1}, weight: 90}, {destination: {host: pay, subset: v2}, weight: 10}]}]
`;

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
