import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHANGE_KINDS } from '../../lib/analysis';
import { cardinal } from '../support/command';
import { deployment, meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const diff = (...args: string[]) => cardinal('diff', ...args);

/** The lines of the kinds of change between two manifests, without objects. */
function changes(before: string, after: string): string[] {
  const report = JSON.parse(
    diff(write('before.yaml', before), write('after.yaml', after), '--format', 'json').stdout,
  ) as {
    changes: { kind: string; text: string }[];
  };
  return report.changes.filter(each => each.kind !== 'object').map(({ kind, text }) => `${kind}: ${text}`);
}

const MESH = meshed('payments', 'shop');
const ALL = MESH + server('payments', 'vault') + server('shop', 'web');
const allowing = (...namespaces: string[]) =>
  policy('payments', 'vault', `[{from: [{source: {namespaces: [${namespaces.join()}]}}]}]`);
const onPaths = (...paths: string[]) =>
  policy('payments', 'vault', `[{to: [{operation: {paths: [${paths.join()}]}}]}]`);
const gateway = (host: string) => `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: public, namespace: shop}
spec: {hosts: [shop.example], gateways: [public], http: [{route: [{destination: {host: ${host}}}]}]}
`;
const VAULT = 'vault.payments.svc.cluster.local';
const WEB = 'web.shop.svc.cluster.local';

test('nothing changes between equal manifests', () => {
  const file = write('same.yaml', ALL);
  expect(diff(file, file)).toEqual({ status: 0, stdout: 'No changes\n', stderr: '' });
});

test('a workload that becomes reachable from outside is the first of the changes', () => {
  expect(changes(ALL + gateway(WEB), ALL + gateway(VAULT))[0]).toBe(
    'exposed: internet → payments/vault:8080: no request → all requests',
  );
});

/** The lines of closed pairs between two manifests, with their details. */
function closed(before: string, after: string): string[] {
  const { stdout } = diff(write('before.yaml', before), write('after.yaml', after), '--format', 'json');
  const report = JSON.parse(stdout) as { changes: { kind: string; text: string; details: string[] }[] };
  return report.changes
    .filter(each => each.kind === 'closed')
    .map(({ text, details }) => [text.replace(/:8080: .*/, ''), ...details].join(': '));
}

const WITH_LEGACY = `${ALL.replaceAll('mtls: {mode: STRICT}', '')}${deployment('legacy', 'billing')}---
apiVersion: v1
kind: Namespace
metadata: {name: legacy}
`;
const requiring = (namespace: string, spec: string) => `---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: tls, namespace: ${namespace}}
spec: ${spec}
`;

test.each([
  ['of the mesh', 'istio-system', '{mtls: {mode: STRICT}}'],
  ['of a port', 'payments', '{selector: {matchLabels: {app: vault}}, portLevelMtls: {8080: {mode: STRICT}}}'],
])('callers without a proxy are closed out by STRICT mutual TLS %s, and no others', (_what, namespace, spec) => {
  const reason = `PeerAuthentication ${namespace}/tls requires mutual TLS now, and the caller has no proxy`;
  const ofVault = closed(WITH_LEGACY, WITH_LEGACY + requiring(namespace, spec)).filter(each =>
    each.includes('payments/vault'),
  );
  expect(ofVault).toEqual([`legacy/billing → payments/vault: ${reason}`]);
});

test('STRICT mutual TLS is no reason for what a policy closes, or where it was required before', () => {
  const strict = WITH_LEGACY + requiring('istio-system', '{mtls: {mode: STRICT}}');
  expect(closed(strict, strict + allowing('payments'))).toEqual(['shop/web → payments/vault']);
  expect(closed(WITH_LEGACY, WITH_LEGACY + allowing('payments'))).toEqual([
    'legacy/billing → payments/vault',
    'shop/web → payments/vault',
  ]);
});

test('a workload that outside requests reach no longer is closed', () => {
  expect(changes(ALL + gateway(WEB), ALL + gateway(VAULT))).toContain(
    'closed: internet → shop/web:8080: all requests → no request',
  );
});

const certified = (mode: string) =>
  gateway(WEB).replace('protocol: HTTP}', `protocol: HTTPS}, tls: {mode: ${mode}, credentialName: a}`);

test('clients outside reach more once a gateway of Istio requires no certificate of them', () => {
  const [mutual, simple] = [ALL + certified('MUTUAL'), ALL + certified('SIMPLE')];
  expect(changes(mutual, simple)).toContain('exposed: internet → shop/web:8080: some requests → all requests');
  expect(changes(simple, mutual)).toContain('restricted: internet → shop/web:8080: all requests → some requests');
});

test('clients outside reach more once no policy of Envoy Gateway requires a certificate of them', () => {
  const policy = (validation: string) => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: clients, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: door}], tls: {clientValidation: {${validation}}}}
`;
  const authority = 'caCertificateRefs: [{kind: ConfigMap, group: "", name: ca}]';
  const open = `${server('shop', 'web')}---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door, namespace: shop}
spec:
  gatewayClassName: eg
  listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: a}]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: door}], rules: [{backendRefs: [{name: web, port: 80}]}]}
`;
  const exposed = 'exposed: internet → shop/web:8080: some requests → all requests';
  expect(changes(open + policy(authority), open)).toContain(exposed);
  expect(changes(open + policy(authority), open + policy(`${authority}, optional: true`))).toContain(exposed);
});

test('a caller that a policy allows newly, or no longer', () => {
  const [narrow, wide] = [ALL + allowing('payments'), ALL + allowing('payments', 'shop')];
  expect(changes(narrow, wide)).toContain('opened: shop/web → payments/vault:8080: no request → all requests');
  expect(changes(wide, narrow)).toContain('closed: shop/web → payments/vault:8080: all requests → no request');
});

test('more or fewer requests of a caller are opened and restricted', () => {
  expect(changes(ALL + onPaths('/a'), ALL)).toContain(
    'opened: shop/web → payments/vault:8080: some requests → all requests',
  );
  expect(changes(ALL, ALL + onPaths('/a'))).toContain(
    'restricted: shop/web → payments/vault:8080: all requests → some requests',
  );
});

test('other conditions of a policy are a change of the callers of its workload', () => {
  const found = changes(ALL + onPaths('/a'), ALL + onPaths('/a', '/b'));

  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^conditions: .*shop\/web → payments\/vault:8080: some requests, under other conditions$/);
});

test('other conditions of a policy at a gateway are a change of requests from outside', () => {
  const atGateway = (path: string) => `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: public, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, rules: [{to: [{operation: {paths: [${path}]}}]}]}
`;
  expect(changes(ALL + gateway(WEB) + atGateway('/a'), ALL + gateway(WEB) + atGateway('/b'))).toEqual([
    'conditions: internet → shop/web:8080: some requests, under other conditions',
  ]);
});

test('a policy whose workload gets other labels applies to nothing any more', () => {
  const before = ALL + allowing('payments');
  expect(changes(before, before.replaceAll('{app: vault}}, spec', '{app: safe}}, spec'))).toContain(
    'ineffective: AuthorizationPolicy payments/vault applies to nothing any more',
  );
});

test('a policy of proxies applies to nothing once its workload has no sidecar, or it is a dry run', () => {
  const before = ALL + allowing('payments');
  const outside = before.replace('name: payments, labels: {istio-injection: enabled}', 'name: payments, labels: {}');
  const dry = before.replace(
    'metadata: {name: vault, namespace: payments}\nspec: {selector: {matchLabels',
    "metadata: {name: vault, namespace: payments, annotations: {istio.io/dry-run: 'true'}}\nspec: {selector: {matchLabels",
  );
  expect(changes(before, outside)).toContain(
    'ineffective: AuthorizationPolicy payments/vault applies to nothing any more',
  );
  expect(changes(before, dry)).toContain('ineffective: AuthorizationPolicy payments/vault applies to nothing any more');
});

test('what is removed is no outage', () => {
  expect(changes(ALL, MESH + server('shop', 'web'))).toContain(
    'removed: shop/web → payments/vault:8080: all requests → no request',
  );
});

test('a new version of a workload is another route, unless it allows more', () => {
  const v1 = MESH + server('payments', 'vault', 'v1') + server('shop', 'web') + onPaths('/a');
  const both = v1 + deployment('payments', 'vault', 'v2');

  expect(changes(v1, both)).toContain(
    'rerouted: shop/web → payments/vault-v2:8080: no request → some requests (a new version)',
  );
  const other = both.replace(
    'app: vault, version: v2}}, spec: {serviceAccountName: vault',
    'app: vault, version: v2}}, spec: {serviceAccountName: root',
  );
  expect(changes(v1, other)).toContain('opened: shop/web → payments/vault-v2:8080: no request → some requests');
});

const timeout = (seconds: number) => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vault, namespace: payments}
spec: {hosts: [vault], http: [{timeout: ${seconds}s, route: [{destination: {host: vault}}]}]}
`;

test('a timeout is a change of terms, with its callers', () => {
  const [before, after] = [write('b.yaml', ALL + timeout(1)), write('a.yaml', ALL + timeout(2))];
  const { stdout } = diff(before, after);

  expect(stdout).toMatch(/^terms +vault\.payments:80: .*timeout 1 s, .* → .*timeout 2 s, /);
  expect(stdout).toMatch(/\n +callers: payments\/vault, shop\/web\n/);
  expect(stdout).toContain('object       VirtualService payments/vault changed [');
  expect(stdout).toContain('spec.http[0].timeout changed: "1s" → "2s"\n1 terms, 1 object\n');
});

const routed = (rule: string) => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vault, namespace: payments}
spec: {hosts: [vault], http: [{match: [{uri: {prefix: /x}}], ${rule}}]}
`;
const TO_VAULT = 'route: [{destination: {host: vault}}]';

test.each([
  ['path', `rewrite: {uri: /a}, ${TO_VAULT}`, 'path rewritten to /a*'],
  ['whole path', `rewrite: {uriRegexRewrite: {match: /x.*, rewrite: /b}}, ${TO_VAULT}`, 'path rewritten to *'],
  ['host', `rewrite: {authority: b.example}, ${TO_VAULT}`, 'host rewritten to b.example'],
  ['header', `headers: {request: {set: {x-role: admin}}}, ${TO_VAULT}`, 'header x-role set to admin'],
  ['further header', `headers: {request: {add: {x-role: admin}}}, ${TO_VAULT}`, 'header x-role added: admin'],
  ['removed header', `headers: {request: {remove: [x-role]}}, ${TO_VAULT}`, 'header x-role removed'],
  [
    'header of a destination',
    'route: [{destination: {host: vault}, headers: {request: {set: {x-role: b}}}}]',
    'header x-role set to b',
  ],
])('another %s with which requests arrive is another route', (_what, rule, text) => {
  expect(changes(ALL + routed(TO_VAULT), ALL + routed(rule))).toEqual([
    `rerouted: vault.payments:80 /x*: payments/vault:8080, 2 retries → payments/vault:8080, ${text}, 2 retries`,
  ]);
});

test('another target of a redirect is another route', () => {
  const [some, other] = ['uri: /y', 'uri: /y, authority: b.example'].map(each => routed(`redirect: {${each}}`));
  expect(changes(`${ALL}${some}`, `${ALL}${other}`)).toEqual([
    'rerouted: vault.payments:80 /x*: response 301, redirected to http://{host}/y → response 301, redirected to http://b.example/y',
  ]);
});

test('values of Secrets and of containers are not printed', () => {
  const secret = (value: string) =>
    `${ALL}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {password: ${value}}\n`;
  const { stdout } = diff(write('b.yaml', secret('hunter1')), write('a.yaml', secret('hunter2')));

  expect(stdout).toContain('stringData.password changed\n');
  expect(stdout).not.toContain('hunter');
});

test('what the API server writes is no change', () => {
  const live = ALL.replaceAll('\nmetadata: {', '\nmetadata: {uid: a, resourceVersion: "1", generation: 2, ');
  const file = write('live.yaml', `${live}status: {replicas: 1}\n`);

  expect(diff(file, write('a.yaml', ALL)).stdout).toBe('No changes\n');
});

test('Markdown renders no markup, mentions or control characters of manifests', () => {
  const host = '"@team|`<img>`##[error]x"';
  const more = `---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: x, namespace: shop}\nspec: {hosts: [${host}], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}\n`;
  const { stdout } = diff(write('b.yaml', ALL), write('a.yaml', ALL + more), '--format', 'markdown');

  expect(stdout).toMatch(/^### Traffic\n\n\| change \| what \|\n\|---\|---\|\n/);
  expect(stdout).toContain(
    '`` shop/web → @team\\|`<img>`#\\u{23}[error]x.shop.svc.cluster.local: no request → all requests ``',
  );
  expect(stdout).toContain('<details><summary>1 object</summary>');
});

test('Markdown states that traffic does not change', () => {
  const file = write('b.yaml', ALL);
  expect(diff(file, file, '--format', 'markdown').stdout).toBe('### Traffic\n\nThe change has no effect on traffic.\n');
});

test('Markdown has the changed objects of routes, gateways and policies in which no change of traffic was found', () => {
  const tokens = (rule: string) => `${ALL}---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: payments}
spec: {jwtRules: [{issuer: a, jwks: '{}'${rule}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other, namespace: payments}
data: {a: '${rule.length}'}
`;
  const [before, after] = [write('b.yaml', tokens(', audiences: [x]')), write('a.yaml', tokens(''))];
  expect(diff(before, after, '--format', 'markdown').stdout).toContain(
    '### Traffic\n\nThe comparison found no change of traffic. It did not cover: `RequestAuthentication payments/tokens changed`\n',
  );
});

test('Markdown states that other objects have no effect on traffic', () => {
  const other = `${ALL}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n`;
  expect(diff(write('b.yaml', ALL), write('a.yaml', other), '--format', 'markdown').stdout).toContain(
    'The change has no effect on traffic.',
  );
});

const [narrow, wide] = [
  write('narrow.yaml', ALL + allowing('payments')),
  write('wide.yaml', ALL + allowing('payments', 'shop')),
];

test.each<[string[], number]>([
  [[], 0],
  [['--fail-on', 'exposed'], 0],
  [['--fail-on', 'exposed,opened'], 1],
  [['--fail-on', 'any'], 1],
  [['--allow', 'opened,rerouted,object'], 0],
  [['--allow', 'rerouted,object'], 1],
  [['--allow', ''], 1],
  [['--fail-on', 'opend'], 2],
  [['--allow', 'any'], 2],
  [['--allow', 'opened', '--fail-on', 'exposed'], 2],
])('of a caller that is newly allowed, %j has the exit code %i', (args, code) => {
  expect(diff(narrow, wide, ...args).status).toBe(code);
});

test('an unknown kind of change is named with the nearest', () => {
  expect(diff(narrow, wide, '--fail-on', 'opend').stderr).toMatch(
    /opend is not one of exposed, .*Did you mean opened\?/,
  );
});

test('the help has each kind of change', () => {
  const { stdout } = diff('--help');
  Object.keys(CHANGE_KINDS).forEach(each => expect(stdout).toContain(`\n  ${each} `));
});

test('both cannot be the standard input', () => {
  expect(diff('-', '-')).toMatchObject({ status: 2, stdout: '' });
});
