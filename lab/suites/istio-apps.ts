import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestProps, Manifests, type RequestResult, Traffic } from '../../lib/testing';
import { deployment } from './deployment';

/** The ports of the echo workloads of Istio's integration tests. */
const PORTS: ReadonlyMap<string, { readonly port: number; readonly targetPort: number }> = new Map([
  ['http', { port: 80, targetPort: 18080 }],
  ['http2', { port: 85, targetPort: 18085 }],
  ['grpc', { port: 7070, targetPort: 17070 }],
  ['tcp', { port: 9090, targetPort: 19090 }],
  ['https', { port: 443, targetPort: 18443 }],
]);

/** A workload of the tests, as `namespace/name`, with the address of its Pod. */
export const CALLERS = { 'ns1/a': '10.244.0.11', 'ns2/a': '10.244.0.12' } as const;

export type CallerName = keyof typeof CALLERS;

/** The callee of all tests. */
const CALLEE = { namespace: 'ns1', name: 'b' } as const;

/** The values of templates: workloads by their names in a template. */
export interface TemplateValues {
  readonly allowed?: CallerName;
  readonly denied?: CallerName;
}

/** The traffic of the workloads with files of the tests, which are templates. */
export function trafficWith(folder: string, files: readonly string[], values: TemplateValues): Traffic {
  const texts = files.map(file => rendered(readFileSync(join(folder, file), 'utf8'), file, values));
  return Traffic.of(Manifests.ofYaml([...workloads(), ...texts].join('\n---\n')));
}

/** Sends a request to a port of the callee. */
export function send(traffic: Traffic, from: string, port: string, path: string, props: Sent = {}): RequestResult {
  const address = `${CALLEE.name}.${CALLEE.namespace}:${PORTS.get(port)?.port ?? port}`;
  if (port === 'tcp') {
    return traffic.from(from).tcp(address, props);
  }
  const request =
    port === 'grpc'
      ? `POST http://${address}/proto.EchoTestService/Echo`
      : `${props.method ?? 'GET'} http://${address}${path}`;
  const headers: Readonly<Record<string, string>> = {
    ...(port === 'grpc' ? { 'content-type': 'application/grpc' } : {}),
    ...props.headers,
  };
  return traffic.from(from).http(request, { ...props, headers });
}

interface Sent extends RequestProps {
  readonly method?: string;
}

/** The constants with tokens in a file of Istio, by name. */
export function tokensIn(istio: string): ReadonlyMap<string, string> {
  const source = readFileSync(join(istio, 'tests/common/jwt/jwt_token.go'), 'utf8');
  return new Map([...source.matchAll(/(Token\w+)\s*= "([^"]*)"/g)].map(([, name = '', token = '']) => [name, token]));
}

/** The claims of a token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

function rendered(template: string, file: string, { allowed = 'ns1/a', denied = 'ns2/a' }: TemplateValues): string {
  const values = new Map<string, string>([
    ['.To.ServiceName', CALLEE.name],
    ['.To.NamespaceName', CALLEE.namespace],
    ['.To.ClusterLocalFQDN', `${CALLEE.name}.${CALLEE.namespace}.svc.cluster.local`],
    // No manifest has the address of the callee's Pod, which no caller has either.
    ['.To.MustWorkloads.Addresses | toJson', '["10.244.0.13"]'],
    ['.JWTServer.JwksURI', 'https://jwt.example/jwks'],
    ...[...PORTS].flatMap(([name, { port, targetPort }]): [string, string][] => [
      [`(.To.PortForName \`${name}\`).WorkloadPort`, String(targetPort)],
      [`(.To.PortForName \`${name}\`).ServicePort`, String(port)],
    ]),
    ...Object.entries({ Allowed: allowed, Denied: denied }).flatMap(([name, caller]): [string, string][] => [
      [`.${name}.NamespaceName`, caller.split('/')[0] ?? ''],
      [`.${name}.ServiceName`, caller.split('/')[1] ?? ''],
      [`.${name}.NamespacedName`, caller],
      [`.${name}.SpiffeIdentity`, `cluster.local/ns/${caller.replace('/', '/sa/')}`],
      [`.${name}.MustWorkloads.Addresses | toJson`, JSON.stringify([CALLERS[caller]])],
    ]),
  ]);
  const text = template.replace(/\{\{\s*(.*?)\s*\}\}/g, (_whole, expression: string) => {
    const value = values.get(expression.replace(/\(\s+/g, '(').replace(/\s+\)/g, ')'));
    if (value === undefined) {
      throw new Error(`${file} has an expression that is unknown: ${expression}`);
    }
    return value;
  });
  const namespace = file.includes('global') ? 'istio-system' : CALLEE.namespace;
  return text.replace(/^metadata:\n(?!(?: {2}.*\n)*? {2}namespace:)/gm, `metadata:\n  namespace: ${namespace}\n`);
}

export function workloads(): string[] {
  const namespaces = ['ns1', 'ns2'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'istio-injection': 'enabled' } },
  }));
  const names = [...Object.keys(CALLERS), `${CALLEE.namespace}/${CALLEE.name}`];
  return [...namespaces, ...names.flatMap(workload)].map(each => JSON.stringify(each));
}

function workload(key: string): object[] {
  const [namespace = '', name = ''] = key.split('/');
  const ports = [...PORTS].map(([port, numbers]) => ({ name: port, ...numbers }));
  return [
    deployment(
      { name, namespace },
      { app: name },
      {
        serviceAccountName: name,
        containers: [
          {
            name: 'app',
            image: 'app',
            ports: ports.map(each => ({ name: each.name, containerPort: each.targetPort })),
          },
        ],
      },
    ),
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: name }, ports } },
  ];
}
