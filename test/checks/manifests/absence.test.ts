import { checkManifests } from '../../../lib/checks';
import { Cluster, type ClusterProps, loadResources } from '../../../lib/manifests';

const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, credentialName: tls}}]
`;
const ROUTE = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [a.example], gateways: [infra/main], http: [{timeout: 1s, route: [{destination: {host: web}}]}]}
`;
const custom = (apiVersion: string, kind: string, spec: string, metadata = 'name: tls, namespace: istio-system') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {${metadata}}\nspec: ${spec}\n`;

/** The severity of the findings of a check on the documents. */
function found(id: string, texts: string[], props: ClusterProps = {}): string[] {
  const resources = texts.flatMap((text, index) => loadResources(text, { file: `${index}.yaml` }));
  return checkManifests(new Cluster(resources, props))
    .findings.filter(each => each.id === id)
    .map(each => each.severity);
}

test('a Secret, a Gateway and a host that are missing are errors', () => {
  expect(found('UnknownSecret', [GATEWAY])).toEqual(['error']);
  expect(found('UnknownGateway', [ROUTE])).toEqual(['error']);
  expect(found('UnknownDestination', [ROUTE])).toEqual(['error']);
});

test.each([
  ['Certificate', custom('cert-manager.io/v1', 'Certificate', '{secretName: tls}', 'name: x, namespace: istio-system')],
  ['ExternalSecret', custom('external-secrets.io/v1', 'ExternalSecret', '{}')],
  [
    'ExternalSecret with a name',
    custom('external-secrets.io/v1', 'ExternalSecret', '{target: {name: tls}}', 'name: x, namespace: istio-system'),
  ],
  ['SealedSecret', custom('bitnami.com/v1alpha1', 'SealedSecret', '{encryptedData: {}}')],
  [
    'VaultStaticSecret',
    custom(
      'secrets.hashicorp.com/v1beta1',
      'VaultStaticSecret',
      '{destination: {name: tls}}',
      'name: x, namespace: istio-system',
    ),
  ],
  [
    'SecretProviderClass',
    custom('secrets-store.csi.x-k8s.io/v1', 'SecretProviderClass', '{secretObjects: [{secretName: tls}]}'),
  ],
  ['OnePasswordItem', custom('onepassword.com/v1', 'OnePasswordItem', '{}')],
])('a Secret that a %s makes is not missing, and one of another name is', (_name, maker) => {
  expect(found('UnknownSecret', [GATEWAY, maker])).toEqual([]);
  expect(found('UnknownSecret', [GATEWAY.replace('credentialName: tls', 'credentialName: other'), maker])).toEqual([
    'error',
  ]);
});

test.each([
  ['HelmRelease', custom('helm.toolkit.fluxcd.io/v2', 'HelmRelease', '{}', 'name: x, namespace: shop')],
  ['HelmRelease for the namespace', custom('helm.toolkit.fluxcd.io/v2', 'HelmRelease', '{targetNamespace: shop}')],
  ['Application', custom('argoproj.io/v1alpha1', 'Application', '{destination: {namespace: shop}}')],
  ['ApplicationSet', custom('argoproj.io/v1alpha1', 'ApplicationSet', '{}')],
  ['Kustomization', custom('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', '{path: ./other}')],
  ['operator', custom('kafka.strimzi.io/v1', 'Kafka', '{}', 'name: x, namespace: shop')],
])('what a %s may make is a note', (_name, maker) => {
  expect(found('UnknownDestination', [ROUTE, maker])).toEqual(['info']);
});

test.each([
  [
    'HelmRelease for another namespace',
    custom('helm.toolkit.fluxcd.io/v2', 'HelmRelease', '{targetNamespace: other}', 'name: x, namespace: shop'),
  ],
  ['ServiceMonitor', custom('monitoring.coreos.com/v1', 'ServiceMonitor', '{}', 'name: x, namespace: shop')],
  ['operator of another namespace', custom('kafka.strimzi.io/v1', 'Kafka', '{}')],
])('a %s makes no Service here', (_name, maker) => {
  expect(found('UnknownDestination', [ROUTE, maker])).toEqual(['error']);
});

test('what may be in files that were not read is a note', () => {
  expect(found('UnknownDestination', [ROUTE], { unread: ['charts/web'] })).toEqual(['info']);
  expect(found('UnknownGateway', [ROUTE], { unread: ['charts/web'] })).toEqual(['info']);
});

test('a Flux Kustomization of a folder that is read makes nothing else', () => {
  const resources = [
    ...loadResources(ROUTE, { file: '/repo/apps/prod/a.yaml' }),
    ...loadResources(custom('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', '{path: ./apps/prod}'), {
      file: '/repo/clusters/prod/apps.yaml',
    }),
  ];
  const { findings } = checkManifests(new Cluster(resources));
  expect(findings.find(each => each.id === 'UnknownDestination')?.severity).toBe('error');
});

test('the settings state what exists elsewhere', () => {
  const all = { secrets: ['istio-system/tls'], gateways: ['infra/main'], hosts: ['web.shop'] };
  const texts = [GATEWAY, ROUTE];
  for (const id of ['UnknownSecret', 'UnknownGateway', 'UnknownDestination']) {
    expect([id, found(id, texts), found(id, texts, { elsewhere: all })]).toEqual([id, ['error'], []]);
  }
  expect(found('UnknownDestination', texts, { elsewhere: { hosts: ['web.shop.svc.cluster.local'] } })).toEqual([]);
  expect(found('UnknownDestination', texts, { elsewhere: { hosts: ['web.other'] } })).toEqual(['error']);
  expect(found('UnknownGateway', texts, { elsewhere: { namespaces: ['infra'] } })).toEqual([]);
  expect(found('UnknownDestination', texts, { elsewhere: { namespaces: ['shop'] } })).toEqual(['error']);
});

const secret = (fields: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: tls, namespace: istio-system}\n${fields}\n`;

test.each([
  ['sops', 'sops: {mac: a}\ndata: {tls.crt: x, tls.key: y}'],
  ['encrypted values', 'stringData: {tls.crt: "ENC[AES256_GCM,data:a]", tls.key: b}'],
  ['placeholders', 'stringData: {tls.crt: "${CRT}", tls.key: "${KEY}"}'],
])('the certificate of a Secret with %s is unknown', (_name, fields) => {
  expect(found('InvalidCredential', [GATEWAY, secret(fields)])).toEqual([]);
  expect(found('InvalidCredential', [GATEWAY, secret('stringData: {tls.crt: a, tls.key: b}')])).toEqual(['error']);
});

test('the gateway between clusters and the control plane are assumed', () => {
  const gateway = GATEWAY.replace('ingressgateway', 'eastwestgateway');
  expect(found('GatewayWithoutPods', [gateway])).toEqual([]);
  expect(found('GatewayWithoutPods', [gateway.replace('eastwest', 'northsouth')])).toEqual(['error']);
  const to = (host: string) => found('UnknownDestination', [ROUTE.replace('host: web', `host: ${host}`)]);
  expect(to('istiod.istio-system.svc.cluster.local')).toEqual([]);
  expect(to('istiod.shop.svc.cluster.local')).toEqual(['error']);
});
