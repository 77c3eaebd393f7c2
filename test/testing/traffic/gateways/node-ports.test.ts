import { pods, service, traffic } from '../support';

const open = (spec: object) => traffic([pods('open'), service('open', 'shop', spec)]);
const ports = [{ name: 'http', port: 80, targetPort: 8080, nodePort: 31080 }];
const UNKNOWN = /the Service shop\/open is reached from outside on port/;

test.each([
  ['a port of each node', { type: 'NodePort', ports }, 31080],
  ['a port of each node that is not declared', { type: 'NodePort' }, 30001],
  ['the port of a load balancer', { type: 'LoadBalancer', ports }, 80],
  ['a port of each node behind a load balancer', { type: 'LoadBalancer', ports }, 31080],
  ['the port of an external address', { externalIPs: ['203.0.113.7'], ports }, 80],
])('it is not known whether a request from outside to %s arrives', (_, spec, port) => {
  expect(() => open(spec).fromInternet(`GET http://any.example:${port}/`)).toThrow(UNKNOWN);
});

test.each([
  ['the Service port of a NodePort', { type: 'NodePort', ports }, 80],
  ['another port of nodes', { type: 'NodePort', ports }, 31081],
  ['an external address of a headless Service', { externalIPs: ['203.0.113.7'], clusterIP: 'None', ports }, 80],
])('a request from outside to %s does not arrive', (_, spec, port) => {
  open(spec).fromInternet(`GET http://any.example:${port}/`).expectDenied();
});
