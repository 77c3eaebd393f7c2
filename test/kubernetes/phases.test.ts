import { ApiObject, App, Chart } from 'cdk8s';
import { Phase } from '../../lib';
import { fileOf, ownFiles, rankOf } from '../../lib/kubernetes/phases';

const object = (apiVersion: string, kind: string, chart = new Chart(new App(), 'chart')) =>
  new ApiObject(chart, kind, { apiVersion, kind });

test.each([
  ['v1', 'Namespace', '1-namespaces'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', '1-namespaces'],
  ['gateway.networking.k8s.io/v1', 'Gateway', '3-gateways'],
  ['networking.k8s.io/v1', 'NetworkPolicy', '4-policies'],
  ['security.istio.io/v1', 'AuthorizationPolicy', '4-policies'],
  ['networking.istio.io/v1', 'Sidecar', '4-policies'],
  ['apps/v1', 'Deployment', '5-workloads'],
  ['v1', 'Secret', '5-workloads'],
  ['example.com/v1', 'Whatever', '5-workloads'],
  ['networking.istio.io/v1', 'VirtualService', '6-routes'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute', '6-routes'],
  ['install.istio.io/v1alpha1', 'IstioOperator', 'istio/istio-operator'],
  ['elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', 'aws/target-group-binding'],
])('%s %s goes to %s, which the app recognizes as its own file', (apiVersion, kind, file) => {
  expect(fileOf(object(apiVersion, kind))).toBe(file);
  expect(ownFiles()).toContain(file);
});

test('objects below a construct go to the phase it was assigned to, but namespaces and definitions stay first', () => {
  const chart = new Chart(new App(), 'chart');
  Phase.CONTROL_PLANE.assignTo(chart);

  expect(fileOf(object('apps/v1', 'Deployment', chart))).toBe('2-control-plane');
  expect(fileOf(object('gateway.networking.k8s.io/v1', 'HTTPRoute', chart))).toBe('2-control-plane');
  expect(fileOf(object('v1', 'Namespace', chart))).toBe('1-namespaces');
});

test('the subsets of a host come before the routes that name them', () => {
  const kinds = ['HTTPRoute', 'VirtualService', 'DestinationRule', 'ServiceEntry'];
  expect([...kinds].sort((a, b) => rankOf(a) - rankOf(b))).toEqual([
    'ServiceEntry',
    'DestinationRule',
    'VirtualService',
    'HTTPRoute',
  ]);
});

test('the files of the phases are in the order in which they are applied', () => {
  const phases = ownFiles().filter(file => !file.includes('/'));
  expect(phases).toEqual([...phases].sort());
  expect(phases).toHaveLength(6);
});
