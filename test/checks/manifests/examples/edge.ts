import {
  authorization, docs, EDGE, gateway, grant, httpRoute, k8sGateway, K8S_EDGE, namespace, pod, secret, SERVER, service, SHOP, WEB_GATEWAY, wide, type Example,
} from './objects';

const CERTIFICATE = Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBTjCB9aADAgECAhR21WlvBbTh1JYqgQ6JWKQ7SN+NzjAKBggqhkjOPQQDAjAP
-----END CERTIFICATE-----`).toString('base64');
const HTTPS = '{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop-tls}, hosts: [shop.example]}';
const WEB = docs(SHOP, service('web'), pod('web'));
const route = (spec: string) => docs(WEB, httpRoute('web', spec));

export const GATEWAYS: readonly Example[] = [
  {
    check: 'GatewayWithoutPods', at: 'spec.selector',
    bad: docs(EDGE, gateway('web', `{selector: {app: edgy}, servers: [${SERVER}]}`)),
    good: docs(WEB_GATEWAY, gateway('standard', '{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}]}')),
  },
  { check: 'GatewayPort', at: 'spec.servers[0].port.number', bad: docs(EDGE, gateway('web', `{selector: {app: edge}, servers: [${SERVER.replace('80', '8080')}]}`)), good: WEB_GATEWAY },
  {
    check: 'ConflictingGateways', at: 'spec.servers[0].hosts',
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}]}`), gateway('b', `{selector: {app: edge}, servers: [${SERVER}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}]}`), gateway('b', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'b.example')}]}`)),
  },
  {
    check: 'ConflictingGateways', at: 'spec.servers[0].hosts',
    bad: docs(gateway('a', `{servers: [${SERVER}]}`), gateway('b', `{selector: {istio: ingressgateway}, servers: [${SERVER}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}]}`), gateway('b', `{selector: {istio: ingressgateway}, servers: [${SERVER}]}`)),
  },
  {
    check: 'OverlappingGateways', at: 'spec.servers[0].hosts',
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}]}`), gateway('b', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', '"*.example"')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}]}`), gateway('b', `{selector: {app: other}, servers: [${SERVER.replace('shop.example', '"*.example"')}]}`)),
  },
  {
    check: 'ConflictingGateways', at: 'spec.servers[0].hosts', codes: ['KIA0301'],
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', './shop.example')}]}`), gateway('b', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'shop/Shop.example')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', './shop.example')}]}`), gateway('b', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'other/shop.example')}]}`)),
  },
  {
    check: 'ConflictingGateways', at: 'spec.servers[1].hosts', codes: ['KIA0301'],
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${HTTPS}, ${HTTPS.replace('name: https', 'name: https-2')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER}, ${HTTPS}, ${HTTPS.replace('name: https', 'name: https-2').replace('shop.example', '"*.example"')}]}`)),
  },
  {
    check: 'OverlappingGateways', at: 'spec.servers[0].hosts',
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'shop.example, "*.example"')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'shop.example, "*.shop.example", other.example')}]}`)),
  },
  {
    check: 'OverlappingGateways', at: 'spec.servers[0].hosts',
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'shop/shop.example, "*/SHOP.example"')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${SERVER.replace('shop.example', 'shop/shop.example, other/shop.example')}]}`)),
  },
  {
    check: 'DuplicateCertificate', at: 'spec.servers[0].tls',
    bad: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`), gateway('b', `{selector: {app: edge}, servers: [${HTTPS.replace('shop.example', 'b.example')}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`), gateway('b', `{selector: {app: edge}, servers: [${HTTPS.replace('shop-tls', 'b-tls')}]}`)),
  },
  {
    check: 'UnknownSecret', at: 'spec.servers[0].tls.credentialName',
    bad: docs(EDGE, secret('shop-tls', '{}', '', 'shop'), gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`)),
    good: docs(EDGE, secret('shop-tls', '{}', '', 'edge'), gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`)),
  },
  {
    check: 'InvalidCredential', at: 'spec.servers[0].tls.credentialName',
    bad: docs(EDGE, secret('shop-tls', `{tls.crt: ${CERTIFICATE}, tls.key: ${CERTIFICATE}}`, '', 'edge'), gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`)),
    good: docs(EDGE, gateway('a', `{selector: {app: edge}, servers: [${HTTPS}]}`)),
  },
  {
    check: 'IneffectiveSelector', at: 'spec.selector',
    bad: docs(SHOP, pod('edge', '{app: edge, gateway.networking.k8s.io/gateway-name: edge}'), authorization('a', '{selector: {matchLabels: {app: edge}}, rules: [{}]}')),
    good: docs(SHOP, pod('edge', '{app: edge, gateway.networking.k8s.io/gateway-name: edge}'), authorization('a', '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], rules: [{}]}')),
  },
  {
    check: 'RepeatedListener', at: 'spec.listeners[1]',
    bad: k8sGateway('a', '{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}]}'),
    good: k8sGateway('a', '{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: a.example}]}'),
  },
  {
    check: 'SharedListener', at: 'spec.listeners[0]',
    bad: docs(...['a', 'b'].map(name => k8sGateway(name, '{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP, hostname: a.example}]}'))),
    good: docs(...['a', 'b'].map(name => k8sGateway(name, `{gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP, hostname: ${name}.example}]}`))),
  },
  {
    check: 'SharedAddress', at: 'spec.addresses[0]',
    bad: docs(...['a', 'b'].map(name => k8sGateway(name, '{gatewayClassName: istio, addresses: [{type: IPAddress, value: 10.0.0.1}], listeners: []}'))),
    good: docs(...['1', '2'].map(name => k8sGateway(`g${name}`, `{gatewayClassName: istio, addresses: [{type: IPAddress, value: 10.0.0.${name}}], listeners: []}`))),
  },
  {
    check: 'UnknownGatewayClass', at: 'spec.gatewayClassName',
    bad: k8sGateway('a', '{gatewayClassName: istoi, listeners: [{name: a, port: 80, protocol: HTTP}]}'),
    good: docs(K8S_EDGE, wide('gateway.networking.k8s.io/v1', 'GatewayClass', 'eg', 'spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}'), k8sGateway('a', '{gatewayClassName: eg, listeners: [{name: a, port: 80, protocol: HTTP}]}')),
  },
  {
    check: 'UnknownParent', at: 'spec.parentRefs[0]',
    bad: docs(K8S_EDGE, route('{parentRefs: [{name: edge, namespace: other}], rules: []}')),
    good: docs(K8S_EDGE, route('{parentRefs: [{name: edge}], rules: []}')),
  },
  {
    check: 'UnknownParent', at: 'spec.parentRefs[0]',
    bad: docs(namespace('edge'), k8sGateway('edge', '{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}', '', 'edge'), route('{parentRefs: [{name: edge, namespace: edge}], rules: []}')),
    good: docs(namespace('edge'), k8sGateway('edge', '{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: shop}}}}}]}', '', 'edge'),
      route('{parentRefs: [{name: edge, namespace: edge}], rules: []}')),
  },
  {
    check: 'UnknownBackend', at: 'spec.rules[0].backendRefs[0].name',
    bad: docs(K8S_EDGE, route('{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: wep, port: 80}]}]}')),
    good: docs(K8S_EDGE, route('{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web, port: 80}]}]}')),
  },
  {
    check: 'UnknownBackend', at: 'spec.rules[0].backendRefs[0]',
    bad: docs(WEB, namespace('edge'), httpRoute('a', '{parentRefs: [], rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}', '', 'edge')),
    good: docs(WEB, namespace('edge'), grant('a', '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}], to: [{group: "", kind: Service}]}'), httpRoute('a', '{parentRefs: [], rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}', '', 'edge')),
  },
  {
    check: 'UnknownGrantNamespace', at: 'spec.from[0].namespace',
    bad: docs(SHOP, grant('a', '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: egde}], to: [{group: "", kind: Service}]}')),
    good: docs(SHOP, namespace('edge'), grant('a', '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}], to: [{group: "", kind: Service}]}')),
  },
];
