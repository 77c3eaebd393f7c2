import { cardinalIn } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const METADATA = `
      creationTimestamp: "2026-11-20T10:00:00Z"
      generation: 2
      resourceVersion: "4711"
      uid: 6e1c5f0a-0c0f-4b7e-9a51-0f3c9f7c3a10
      managedFields:
      - apiVersion: v1
        fieldsType: FieldsV1
        fieldsV1:
          f:metadata:
            f:annotations:
              .: {}
              f:kubectl.kubernetes.io/last-applied-configuration: {}
        manager: kubectl-client-side-apply
        operation: Update
        time: "2026-11-20T10:00:00Z"`;

/** As `kubectl get services,deployments,virtualservices -o yaml` prints it. */
const listed = (host: string) => `apiVersion: v1
items:
- apiVersion: v1
  kind: Service
  metadata:
      name: web
      namespace: shop${METADATA}
  spec:
    clusterIP: 10.96.12.7
    clusterIPs: [10.96.12.7]
    internalTrafficPolicy: Cluster
    ipFamilies: [IPv4]
    ipFamilyPolicy: SingleStack
    ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080}]
    selector: {app: web}
    sessionAffinity: None
    type: ClusterIP
  status:
    loadBalancer: {}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
      name: web
      namespace: shop${METADATA}
  spec:
    progressDeadlineSeconds: 600
    replicas: 2
    selector: {matchLabels: {app: web}}
    template:
      metadata: {creationTimestamp: null, labels: {app: web}}
      spec:
        containers: [{image: web, imagePullPolicy: Always, name: web, ports: [{containerPort: 8080}]}]
  status:
    availableReplicas: 2
    conditions:
    - {lastTransitionTime: "2026-11-20T10:00:05Z", message: ok, reason: New, status: "True", type: Available}
    observedGeneration: 2
- apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata:
      name: web
      namespace: shop${METADATA}
  spec:
    hosts: [web]
    http: [{timeout: 1s, route: [{destination: {host: ${host}}}]}]
kind: List
metadata:
  resourceVersion: ""
`;

const folder = temporaryFolder();
const piped = (text: string) => cardinalIn(folder, ['check', '-'], text);

test('the output of kubectl get is right with all that a cluster adds to objects', () => {
  expect(piped(listed('web'))).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^(?!.*: (error|warning): )[^]*3 objects checked: 0 errors, 0 warnings/),
    stderr: '',
  });
});

test('what is wrong in the output of kubectl get is found at its line', () => {
  const text = listed('wep');
  const lines = text.split('\n');
  const line = lines.findIndex(each => each.includes('wep'));
  const column = lines[line]?.indexOf('host: wep') ?? NaN;
  expect(piped(text)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(
      `-:${line + 1}:${column + 1}: VirtualService shop/web spec.http[0].route[0].destination.host: `,
    ),
  });
});

test('a List as JSON, with Lists of a kind in it, is read like one as YAML', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } };
  const lists = [
    { apiVersion: 'v1', kind: 'ServiceList', metadata: {}, items: [service] },
    { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: [] },
  ];
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: lists });
  expect(piped(text)).toMatchObject({ stdout: expect.stringContaining('1 object checked'), stderr: '' });
});

test.each(['', '\n', '---\n# nothing\n---\n', 'apiVersion: v1\nkind: List\nitems: []\n'])(
  'an input without objects fails, since the command before it may have: %j',
  text => {
    expect(piped(text)).toMatchObject({
      status: 2,
      stderr: 'There is no object in -: an earlier command may have failed.\n',
    });
  },
);

test('line ends of Windows, and a byte order mark, change nothing', () => {
  expect(piped(`\uFEFF${listed('web').replace(/\n/g, '\r\n')}`)).toMatchObject({ status: 0, stderr: '' });
});
