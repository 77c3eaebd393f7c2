import {
  app, barePod, destinationRule, docs, EDGE, gateway, namespace, pod, ROUTE, service, serviceEntry, serviceWith, SHOP, virtualService, WEB_GATEWAY, authentication, workloadEntry, type Example,
} from './objects';

const WEB = docs(SHOP, service('web'), pod('web'));
const TWO_PORTS = docs(SHOP, service('web', '[{name: http, port: 80}, {name: http-admin, port: 81}]'), pod('web'));
const VERSIONS = docs(SHOP, service('web'), pod('web-1', '{app: web, version: v1}'), pod('web-2', '{app: web, version: v2}'));
const LIMIT = 'trafficPolicy: {connectionPool: {tcp: {maxConnections: 100}}}';
const web = (http: string, more = '') => virtualService('web', `{hosts: [web], ${more && `${more}, `}http: [${http}]}`);

const SPLIT = destinationRule('web', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}');
const hidden = serviceEntry('a', '{hosts: [a.example], exportTo: [other], ports: [{number: 80, name: http, protocol: HTTP}]}');

export const ROUTING: readonly Example[] = [
  {
    check: 'UnknownDestination', at: 'spec.http[0].route[0].destination.host',
    bad: docs(WEB, web('{route: [{destination: {host: web.shop}}]}')),
    good: docs(WEB, web('{route: [{destination: {host: web.shop.svc.cluster.local}}]}')),
  },
  {
    check: 'UnknownDestination', at: 'spec.http[0].mirrors[0].destination.host',
    bad: docs(WEB, web('{route: [{destination: {host: web}}], mirrors: [{destination: {host: shadow}}]}')),
    good: docs(WEB, web('{route: [{destination: {host: web}}], mirrors: [{destination: {host: web}}]}')),
  },
  {
    check: 'UnknownDestination', at: 'spec.tcp[0].route[0].destination.host',
    bad: docs(WEB, serviceEntry('db', '{hosts: ["*.db.example"], exportTo: [other], ports: [{number: 5432, name: tcp, protocol: TCP}], addresses: [10.0.0.1]}'), virtualService('db', '{hosts: [a.db.example], tcp: [{route: [{destination: {host: a.db.example}}]}]}')),
    good: docs(WEB, serviceEntry('db', '{hosts: ["*.db.example"], ports: [{number: 5432, name: tcp, protocol: TCP}], addresses: [10.0.0.1]}'), virtualService('db', '{hosts: [a.db.example], tcp: [{route: [{destination: {host: a.db.example}}]}]}')),
  },
  {
    check: 'UnknownDestination', at: 'spec.http[0].route[0].destination.host',
    bad: docs(WEB, hidden, virtualService('a', '{hosts: [a.example], http: [{route: [{destination: {host: a.example}}]}]}')),
    good: docs(WEB, hidden, serviceEntry('all', '{hosts: ["*.example"], ports: [{number: 80, name: http, protocol: HTTP}]}'), virtualService('a', '{hosts: [a.example], http: [{route: [{destination: {host: a.example}}]}]}')),
  },
  {
    check: 'UnknownPort', at: 'spec.http[0].route[0].destination.port',
    bad: docs(WEB, web('{route: [{destination: {host: web, port: {}}}]}')),
    good: docs(WEB, web(`{${ROUTE}}`)),
  },
  {
    check: 'UnknownPort', at: 'spec.http[0].route[0].destination.port',
    bad: docs(WEB, web('{route: [{destination: {host: web, port: {number: 8080}}}]}')),
    good: docs(WEB, web('{route: [{destination: {host: web, port: {number: 80}}}]}')),
  },
  {
    check: 'PortRequired', at: 'spec.http[0].route[0].destination.host',
    bad: docs(TWO_PORTS, web(`{${ROUTE}}`)),
    good: docs(TWO_PORTS, web('{route: [{destination: {host: web, port: {number: 80}}}]}')),
  },
  {
    check: 'UnknownSubset', at: 'spec.http[0].route[0].destination.subset',
    bad: docs(VERSIONS, web('{route: [{destination: {host: web, subset: v3}}]}'), destinationRule('web', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}')),
    good: docs(VERSIONS, web('{route: [{destination: {host: web, subset: v1}}]}'), destinationRule('web', '{host: web.shop.svc.cluster.local, subsets: [{name: v1, labels: {version: v1}}]}')),
  },
  {
    check: 'UnknownSubset', at: 'spec.http[0].route[0].destination.subset',
    bad: docs(VERSIONS, namespace('other'), web('{route: [{destination: {host: web, subset: v1}}]}'), destinationRule('web', '{host: web, exportTo: [other], subsets: [{name: v1, labels: {version: v1}}]}')),
    good: docs(VERSIONS, namespace('other'), web('{route: [{destination: {host: web, subset: v1}}]}'), destinationRule('web', '{host: web, exportTo: [other, .], subsets: [{name: v1, labels: {version: v1}}]}')),
    differs: 'istioctl does not look at exportTo of DestinationRules',
  },
  {
    check: 'ConflictingHosts', at: 'spec.hosts[0]',
    bad: docs(WEB, web(`{${ROUTE}}`), virtualService('other', `{hosts: [web.shop.svc.cluster.local], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, web(`{${ROUTE}}`), virtualService('other', '{hosts: [shop.example], gateways: [edge/web], http: [{route: [{destination: {host: web}}]}]}').replace('edge/web', 'shop/web')),
  },
  {
    check: 'ConflictingHosts', at: 'spec.hosts[0]',
    bad: docs(WEB, namespace('other'), web(`{${ROUTE}}`), virtualService('other', '{hosts: ["*.shop.svc.cluster.local"], exportTo: [other], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}')),
    good: docs(WEB, namespace('other'), web(`{${ROUTE}}`, 'exportTo: [.]'), virtualService('other', '{hosts: [web], exportTo: [other], http: [{route: [{destination: {host: web}}]}]}')),
  },
  {
    check: 'UnaffectedIngress', at: 'spec.http[0].route[0].destination.host',
    bad: docs(VERSIONS, WEB_GATEWAY, destinationRule('web', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}'), web('{route: [{destination: {host: web, subset: v1}}]}'), virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`)),
    good: docs(VERSIONS, WEB_GATEWAY, destinationRule('web', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}'), web('{route: [{destination: {host: web, subset: v1}}]}'), virtualService('in', '{hosts: [shop.example], gateways: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}')),
  },
  {
    check: 'UnaffectedIngress', at: 'spec.http[0].route[0].destination.host',
    bad: docs(VERSIONS, WEB_GATEWAY, SPLIT, web('{route: [{destination: {host: web, subset: v1}}]}'), virtualService('in', `{hosts: [shop.example], gateways: [web, mesh], http: [{${ROUTE}}]}`)),
    good: docs(VERSIONS, WEB_GATEWAY, SPLIT, web(`{${ROUTE}}`, 'tcp: [{route: [{destination: {host: web, subset: v1}}]}]'), virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`)),
  },
  {
    check: 'JwtClaimRoutes', at: 'spec.http[0].match[0].headers["@request.auth.claims.group"]',
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{match: [{headers: {"@request.auth.claims.group": {exact: a}}}], ${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, authentication('edge', '{selector: {matchLabels: {app: edge}}, jwtRules: [{issuer: a}]}', '', 'edge'), virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{match: [{headers: {"@request.auth.claims.group": {exact: a}}}], ${ROUTE}}]}`)),
  },
  {
    check: 'RepeatedDestination', at: 'spec.http[0].route[1].destination',
    bad: docs(WEB, web('{route: [{destination: {host: web}, weight: 50}, {destination: {host: web.shop.svc.cluster.local}, weight: 50}]}')),
    good: docs(VERSIONS, destinationRule('web', '{host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}'), web('{route: [{destination: {host: web, subset: v1}, weight: 50}, {destination: {host: web, subset: v2}, weight: 50}]}')),
  },
  { check: 'LoneWeight', at: 'spec.http[0].route[0].weight', bad: docs(WEB, web('{route: [{destination: {host: web}, weight: 20}]}')), good: docs(WEB, web('{route: [{destination: {host: web}, weight: 100}]}')) },
  {
    check: 'UnreachableRule', at: 'spec.http[1]',
    bad: docs(WEB, web(`{${ROUTE}}, {match: [{uri: {prefix: /a}}], ${ROUTE}}`)),
    good: docs(WEB, web(`{match: [{uri: {prefix: /a}}], ${ROUTE}}, {${ROUTE}}`)),
  },
  {
    check: 'UnreachableRule', at: 'spec.http[1]',
    bad: docs(WEB, web(`{match: [{uri: {exact: /a}, port: 80}], ${ROUTE}}, {match: [{name: again, port: 80, uri: {exact: /a}}], ${ROUTE}}`)),
    good: docs(WEB, web(`{match: [{uri: {exact: /a}}], ${ROUTE}}, {match: [{uri: {exact: /a}}, {uri: {exact: /b}}], ${ROUTE}}`)),
  },
  {
    check: 'IneffectiveMatch', at: 'spec.http[1].match[0]',
    bad: docs(WEB, web(`{match: [{uri: {prefix: /a}}], ${ROUTE}}, {match: [{uri: {prefix: /a/b}}], ${ROUTE}}`)),
    good: docs(WEB, web(`{match: [{uri: {prefix: /a/b}}], ${ROUTE}}, {match: [{uri: {prefix: /a}}], ${ROUTE}}`)),
  },
  {
    check: 'DuplicateDestinationRules', at: 'spec.host',
    bad: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'), destinationRule('b', '{host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}')),
    good: docs(VERSIONS, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}'), destinationRule('b', '{host: web, subsets: [{name: v2, labels: {version: v2}}]}')),
  },
  {
    check: 'DuplicateDestinationRules', at: 'spec.host',
    bad: docs(WEB, destinationRule('a', `{host: web, exportTo: [.], ${LIMIT}}`), destinationRule('b', `{host: web, ${LIMIT}}`)),
    good: docs(WEB, namespace('other'), destinationRule('a', `{host: web, exportTo: [.], ${LIMIT}}`), destinationRule('b', `{host: web, exportTo: [other], ${LIMIT}}`)),
  },
  {
    check: 'OverlappingDestinationRules', at: 'spec.host',
    bad: docs(WEB, destinationRule('all', `{host: "*.shop.svc.cluster.local", ${LIMIT}}`), destinationRule('web', `{host: web, ${LIMIT}}`)),
    good: docs(WEB, destinationRule('all', '{host: "*.shop.svc.cluster.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'), destinationRule('other', `{host: "*.other.svc.cluster.local", ${LIMIT}}`), destinationRule('web', `{host: web, ${LIMIT}}`)),
  },
  {
    check: 'OverlappingDestinationRules', at: 'spec.host',
    bad: docs(WEB, namespace('other'), destinationRule('web', `{host: web, ${LIMIT}}`), destinationRule('web', `{host: web.shop.svc.cluster.local, ${LIMIT}}`, '', 'other')),
    good: docs(WEB, namespace('other'), destinationRule('web', `{host: web, exportTo: [.], ${LIMIT}}`), destinationRule('web', `{host: web.shop.svc.cluster.local, exportTo: [.], ${LIMIT}}`, '', 'other')),
  },
  {
    check: 'UnknownRuleHost', at: 'spec.host', codes: ['IST0174'],
    bad: docs(WEB, destinationRule('a', `{host: "*.other.svc.cluster.local", ${LIMIT}}`)),
    good: docs(WEB, destinationRule('a', `{host: "*.shop.svc.cluster.local", ${LIMIT}}`)),
    differs: 'istioctl takes every wildcard for unknown',
  },
  {
    check: 'UnknownRuleHost', at: 'spec.host',
    bad: docs(WEB, destinationRule('a', '{host: webb, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}')),
    good: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}')),
  },
  {
    check: 'SubsetWithoutPods', at: 'spec.subsets[1].name',
    bad: docs(VERSIONS, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v3, labels: {version: v3}}]}')),
    good: docs(VERSIONS, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}')),
  },
  {
    check: 'SubsetWithoutPods', at: 'spec.subsets[0].name',
    bad: docs(WEB, pod('other', '{app: other, version: v1}'), destinationRule('a', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}')),
    good: docs(WEB, serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {version: v1}}]}'), destinationRule('a', '{host: a.example, subsets: [{name: v1, labels: {version: v1}}]}')),
    differs: 'istioctl looks at pods of any service, and not at the endpoints of ServiceEntries',
  },
  {
    check: 'SubsetWithoutLabels', at: 'spec.subsets[0].name',
    bad: docs(VERSIONS, destinationRule('a', '{host: web, subsets: [{name: all}]}')),
    good: docs(VERSIONS, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {version: v1}}]}')),
  },
  {
    check: 'UnverifiedServer', at: 'spec.trafficPolicy.tls.mode',
    bad: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: SIMPLE}}}')),
    good: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: SIMPLE, caCertificates: /etc/ssl/certs/ca-certificates.crt}}}')),
  },
  {
    check: 'UnverifiedServer', at: 'spec.trafficPolicy.portLevelSettings[0].tls.mode',
    bad: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}}')),
    good: docs(WEB, destinationRule('a', '{host: web, workloadSelector: {matchLabels: {app: web}}, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE, credentialName: ca}}]}}')),
  },
  {
    check: 'PortNameForm', at: 'spec.ports[0].name',
    bad: docs(SHOP, service('web', '[{name: web, port: 80}]')),
    good: docs(SHOP, service('web', '[{name: web, port: 80, appProtocol: kubernetes.io/h2c}, {name: grpc-orders, port: 81}, {name: mysql, port: 3306}]')),
  },
  {
    check: 'PortNameForm', at: 'spec.ports[0].name', codes: ['IST0118', 'KIA0601'],
    bad: docs(SHOP, service('web', '[{name: http2web, port: 80}]')),
    good: docs(SHOP, service('web', '[{name: http2-web, port: 80}, {name: dns, port: 54, protocol: UDP}]')),
  },
  {
    check: 'PortNameForm', at: 'spec.ports[0].appProtocol', codes: ['IST0118', 'KIA0602'],
    bad: docs(SHOP, service('web', '[{name: http, port: 80, appProtocol: web}]')),
    good: docs(SHOP, service('web', '[{name: db, port: 80, appProtocol: mysql}]')),
  },
  {
    check: 'ExternalNamePort', at: 'spec.ports[0].name',
    bad: docs(SHOP, serviceWith('db', '{type: ExternalName, externalName: db.example, ports: [{name: tcp, port: 5432}]}')),
    good: docs(SHOP, serviceWith('db', '{type: ExternalName, externalName: db.example, ports: [{name: https, port: 443}]}')),
  },
  {
    check: 'PortWithTwoProtocols', at: 'metadata.name',
    bad: docs(app('web'), SHOP, serviceWith('dns', '{selector: {app: web}, ports: [{name: dns, port: 80, protocol: UDP}]}')),
    good: docs(app('web'), SHOP, serviceWith('dns', '{selector: {app: web}, ports: [{name: dns, port: 53, protocol: UDP}]}')),
  },
  {
    check: 'ConflictingPorts', at: 'metadata.name',
    bad: docs(app('web'), SHOP, serviceWith('alias', '{selector: {app: web}, ports: [{name: http, port: 8000, targetPort: 80}]}')),
    good: docs(app('web'), SHOP, serviceWith('alias', '{selector: {app: web}, ports: [{name: http, port: 80, targetPort: 80}]}')),
  },
  {
    check: 'UnservedPort', at: 'spec.ports[0].targetPort',
    bad: docs(SHOP, service('web', '[{name: http, port: 80, targetPort: web}]'), barePod('web', '{containers: [{name: app, image: a, ports: [{name: http, containerPort: 8080}]}, {name: istio-proxy, image: p}]}')),
    good: docs(SHOP, service('web', '[{name: http, port: 80, targetPort: http}, {name: http-2, port: 81, targetPort: 8080}]'), barePod('web', '{containers: [{name: app, image: a, ports: [{name: http, containerPort: 8080}]}, {name: istio-proxy, image: p}]}')),
  },
  {
    check: 'UnservedPort', at: 'spec.ports[0].targetPort',
    bad: docs(SHOP, service('web', '[{name: http, port: 80, targetPort: web}]'), pod('web')),
    good: docs(SHOP, service('web', '[{name: http, port: 80, targetPort: 8080}]'), pod('web')),
  },
  {
    check: 'UnlistedMachines', at: 'spec.addresses',
    bad: docs(workloadEntry('vm', '{address: 10.0.0.7, labels: {app: db}}'), serviceEntry('db', '{hosts: [db.example], location: MESH_INTERNAL, resolution: STATIC, addresses: [10.0.0.6], workloadSelector: {labels: {app: db}}, ports: [{number: 5432, name: tcp, protocol: TCP}]}')),
    good: docs(workloadEntry('vm', '{address: 10.0.0.7, labels: {app: db}}'), workloadEntry('web', '{address: 10.0.0.8, labels: {app: web}}'), serviceEntry('db', '{hosts: [db.example], location: MESH_INTERNAL, resolution: STATIC, addresses: [10.0.0.0/29], workloadSelector: {labels: {app: db}}, ports: [{number: 5432, name: tcp, protocol: TCP}]}')),
  },
  {
    check: 'AddressesRequired', at: 'spec.ports[0]',
    bad: serviceEntry('db', '{hosts: [db.example], resolution: DNS, ports: [{number: 5432, name: tcp, protocol: TCP}]}'),
    good: serviceEntry('db', '{hosts: [db.example], resolution: DNS, addresses: [240.0.0.9], ports: [{number: 5432, name: tcp, protocol: TCP}]}'),
  },
  {
    check: 'ConflictingEntryProtocols', at: 'metadata.name',
    bad: docs(serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: TLS}]}')),
    good: docs(serviceEntry('a', '{hosts: [a.example], exportTo: [.], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], exportTo: [other], ports: [{number: 80, name: a, protocol: TLS}]}')),
  },
  {
    check: 'RepeatedServiceEntry', at: 'metadata.name',
    bad: docs(serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], exportTo: [.], ports: [{number: 80, name: a, protocol: HTTP}]}')),
    good: docs(serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], ports: [{number: 443, name: a, protocol: TLS}]}')),
  },
  {
    check: 'RepeatedServiceEntry', at: 'metadata.name',
    bad: docs(serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: http}]}', '', 'other')),
    good: docs(serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: HTTP}]}'), serviceEntry('b', '{hosts: [a.example], ports: [{number: 80, name: a, protocol: TLS}]}')),
  },
  {
    check: 'UnknownGateway', at: 'spec.http[0].match[0].gateways[0]', codes: ['KIA1102'],
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{match: [{gateways: [wep]}], ${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web, mesh], http: [{match: [{gateways: [web]}], ${ROUTE}}, {match: [{gateways: [mesh]}], ${ROUTE}}]}`)),
  },
  {
    check: 'MergedHosts', at: 'spec.hosts[0]',
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{match: [{uri: {prefix: /a}}], ${ROUTE}}]}`), virtualService('other', `{hosts: [shop.example], gateways: [shop/web], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, gateway('other', '{selector: {app: edge}, servers: [{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [shop.example]}]}'),
      virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`), virtualService('other', `{hosts: [shop.example], gateways: [other], http: [{${ROUTE}}]}`), web(`{${ROUTE}}`)),
  },
  {
    check: 'UnknownGateway', at: 'spec.gateways[0]',
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [edge/web], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [shop/web, mesh], http: [{${ROUTE}}]}`)),
  },
  {
    check: 'HostNotInGateway', at: 'spec.gateways[0]',
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [other.example], gateways: [web], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: ["*.example"], gateways: [web], http: [{${ROUTE}}]}`)),
  },
  {
    check: 'HostNotInGateway', at: 'spec.gateways[0]',
    bad: docs(WEB, EDGE, gateway('web', '{selector: {app: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [other/shop.example]}]}'), virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`)),
    good: docs(WEB, EDGE, gateway('web', '{selector: {app: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [./shop.example]}]}'), virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`)),
  },
  {
    check: 'InternalGateway', at: 'spec.gateways[0]',
    bad: docs(WEB, virtualService('in', `{hosts: [shop.example], gateways: ["edge/gateway~istio-autogenerated-k8s-gateway~a"], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web], http: [{${ROUTE}}]}`)),
  },
  {
    check: 'GatewayNameForm', at: 'spec.gateways[0]',
    bad: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [web.shop.svc.cluster.local], http: [{${ROUTE}}]}`)),
    good: docs(WEB, WEB_GATEWAY, virtualService('in', `{hosts: [shop.example], gateways: [shop/web], http: [{${ROUTE}}]}`)),
    differs: 'istioctl takes the old form, which works, for a Gateway that does not exist',
  },
];
