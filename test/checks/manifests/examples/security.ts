import {
  app, authentication, authorization, barePod, deployment, destinationRule, docs, mesh, namespace, peers, pod, principal, service, sidecar, SHOP, telemetry, account, virtualService, type Example,
} from './objects';

const WEB = docs(SHOP, service('web'), pod('web'), account('web'));
const NEW_WEB = docs(SHOP, app('web'));
const allow = (rules: string) => docs(WEB, authorization('a', `{selector: {matchLabels: {app: web}}, rules: [${rules}]}`));
const OFF = mesh('enableAutoMtls: false');
const STRICT = peers('default', '{mtls: {mode: STRICT}}');
const blanket = (mode: string) => destinationRule('all', `{host: "*.shop.svc.cluster.local", trafficPolicy: {tls: {mode: ${mode}}}}`);

export const SECURITY: readonly Example[] = [
  { check: 'UnknownNamespace', at: 'spec.rules[0].from[0].source.namespaces[0]', bad: allow('{from: [{source: {namespaces: [shopp]}}]}'), good: allow('{from: [{source: {namespaces: [shop, "sho*", "*"]}}]}') },
  {
    check: 'PolicyWithoutPods', at: 'spec.selector',
    bad: docs(WEB, authorization('a', '{selector: {matchLabels: {app: wep}}, rules: [{}]}')),
    good: docs(WEB, authorization('a', '{selector: {matchLabels: {app: web}}, rules: [{}]}')),
  },
  {
    check: 'PolicyWithoutPods', at: 'spec.selector', codes: ['IST0127'],
    bad: docs(namespace('shop', '{istio-injection: disabled}'), barePod('web'), authorization('a', '{selector: {matchLabels: {app: web}}, rules: [{}]}')),
    good: docs(namespace('shop', '{istio.io/dataplane-mode: ambient}'), barePod('web', undefined, 'annotations: {ambient.istio.io/redirection: enabled}'), authorization('a', '{selector: {matchLabels: {app: web}}, rules: [{}]}')),
  },
  ...([['Sidecar', sidecar, 'workloadSelector: {labels: {app: web}}, ', 'egress: [{hosts: ["./*"]}]'], ['Telemetry', telemetry, 'selector: {matchLabels: {app: web}}, ', 'accessLogging: [{providers: [{name: envoy}]}]'],
    ['PeerAuthentication', peers, 'selector: {matchLabels: {app: web}}, ', 'mtls: {mode: STRICT}']] as const).flatMap(([, make, selector, rest]): Example[] => [
    { check: 'RivalDefaults', at: 'metadata.name', bad: docs(WEB, make('a', `{${rest}}`), make('b', `{${rest}}`)), good: docs(WEB, make('a', `{${rest}}`), make('b', `{${selector}${rest}}`)) },
    { check: 'RivalSelectors', at: 'metadata.name', bad: docs(WEB, make('a', `{${selector}${rest}}`), make('b', `{${selector}${rest}}`)), good: docs(WEB, namespace('other'), make('a', `{${selector}${rest}}`), make('b', `{${selector}${rest}}`, '', 'other')) },
  ]),
  {
    check: 'SelectorWithoutPods', at: 'spec.workloadSelector.labels',
    bad: docs(WEB, sidecar('a', '{workloadSelector: {labels: {app: wep}}, egress: [{hosts: ["./*"]}]}')),
    good: docs(NEW_WEB, sidecar('a', '{workloadSelector: {labels: {app: web}}, egress: [{hosts: ["./*"]}]}')),
  },
  { check: 'PlainTextToStrict', at: 'spec.trafficPolicy.tls.mode', bad: docs(WEB, STRICT, blanket('DISABLE')), good: docs(WEB, peers('default', '{mtls: {mode: PERMISSIVE}}'), blanket('DISABLE')) },
  {
    check: 'PlainTextToStrict', at: 'spec.trafficPolicy.tls.mode',
    bad: docs(WEB, peers('default', '{mtls: {mode: STRICT}}', '', 'istio-system'), destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: SIMPLE, caCertificates: a}}}')),
    good: docs(WEB, peers('default', '{mtls: {mode: STRICT}}', '', 'istio-system'), destinationRule('a', '{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}')),
  },
  {
    check: 'MutualTlsToPlainText', at: 'spec.trafficPolicy.tls.mode',
    bad: docs(WEB, peers('default', '{mtls: {mode: DISABLE}}'), blanket('ISTIO_MUTUAL')),
    good: docs(WEB, blanket('ISTIO_MUTUAL'), destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}', '', 'istio-system')),
  },
  {
    check: 'MutualTlsToPlainText', at: 'spec.trafficPolicy.tls.mode', codes: ['KIA0505'],
    bad: docs(WEB, peers('default', '{mtls: {mode: DISABLE}}'), destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}', '', 'istio-system')),
    good: docs(WEB, peers('default', '{mtls: {mode: DISABLE}}'), blanket('DISABLE'), destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}', '', 'istio-system')),
  },
  {
    check: 'MutualTlsToPlainText', at: 'spec.trafficPolicy.tls.mode', codes: ['KIA0506'],
    bad: docs(WEB, peers('default', '{mtls: {mode: DISABLE}}', '', 'istio-system'), destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}', '', 'istio-system')),
    good: docs(WEB, peers('default', '{mtls: {mode: DISABLE}}', '', 'istio-system'), STRICT, blanket('ISTIO_MUTUAL')),
  },
  { check: 'MutualTlsToPlainText', at: 'spec.trafficPolicy.tls.mode', codes: ['KIA0206'], bad: docs(WEB, OFF, blanket('ISTIO_MUTUAL')), good: docs(WEB, OFF, peers('default', '{mtls: {mode: PERMISSIVE}}'), blanket('ISTIO_MUTUAL')) },
  {
    check: 'PlainTextToStrict', at: 'spec.trafficPolicy.tls.mode', codes: ['KIA0208'],
    bad: docs(WEB, peers('default', '{mtls: {mode: STRICT}}', '', 'istio-system'), blanket('DISABLE')),
    good: docs(WEB, peers('default', '{mtls: {mode: STRICT}}', '', 'istio-system'), peers('default', '{mtls: {mode: PERMISSIVE}}'), blanket('DISABLE')),
  },
  {
    check: 'PlainTextToStrict', at: 'spec.trafficPolicy.tls.mode', codes: ['KIA0207'],
    bad: docs(WEB, STRICT, destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}', '', 'istio-system')),
    good: docs(WEB, peers('web', '{selector: {matchLabels: {app: other}}, mtls: {mode: STRICT}}'), destinationRule('mesh', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}', '', 'istio-system')),
  },
  { check: 'MissingTlsRule', at: 'spec.mtls.mode', codes: ['KIA0501'], bad: docs(WEB, OFF, STRICT), good: docs(WEB, STRICT) },
  { check: 'MissingTlsRule', at: 'spec.mtls.mode', bad: docs(WEB, OFF, STRICT, destinationRule('a', '{host: "*.other.svc.cluster.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}')), good: docs(WEB, OFF, STRICT, blanket('ISTIO_MUTUAL')) },
  {
    check: 'OverriddenTls', at: 'spec.trafficPolicy',
    bad: docs(WEB, OFF, STRICT, blanket('ISTIO_MUTUAL'), destinationRule('a', '{host: web, trafficPolicy: {loadBalancer: {simple: RANDOM}}}')),
    good: docs(WEB, STRICT, blanket('ISTIO_MUTUAL'), destinationRule('a', '{host: web, trafficPolicy: {loadBalancer: {simple: RANDOM}}}')),
  },
  {
    check: 'NeedsMutualTls', at: 'spec.rules[0].from[0].source.namespaces',
    bad: docs(allow('{from: [{source: {namespaces: [shop]}}]}'), peers('default', '{mtls: {mode: DISABLE}}')),
    good: allow('{from: [{source: {namespaces: [shop]}}]}'),
  },
  {
    check: 'NeedsMutualTls', at: 'spec.rules[0].from[0].source.principals',
    bad: docs(NEW_WEB, peers('default', '{mtls: {mode: DISABLE}}', '', 'istio-system'), authorization('a', `{rules: [{from: [{source: {principals: [${principal('web')}]}}]}]}`, '', 'istio-system')),
    good: docs(NEW_WEB, namespace('calm', '{istio.io/dataplane-mode: ambient}'), deployment('tea', '', '', '{app: tea}', '', 'calm'), peers('default', '{mtls: {mode: DISABLE}}', '', 'istio-system'),
      authorization('a', `{selector: {matchLabels: {app: tea}}, rules: [{from: [{source: {principals: [${principal('web')}]}}]}]}`, '', 'calm')),
  },
  {
    check: 'NeedsMutualTls', at: 'spec.rules[0].when[0].key',
    bad: docs(OFF, allow('{when: [{key: source.namespace, values: [shop]}]}')),
    good: docs(OFF, blanket('ISTIO_MUTUAL'), allow('{when: [{key: source.namespace, values: [shop]}]}')),
  },
  {
    check: 'NeedsMutualTls', at: 'spec.rules[0].when[0].key',
    bad: docs(blanket('DISABLE'), allow('{when: [{key: source.principal, values: [a]}]}')),
    good: docs(blanket('DISABLE'), destinationRule('web', '{host: web, trafficPolicy: {loadBalancer: {simple: RANDOM}}}'), allow('{when: [{key: source.principal, values: [a]}]}')),
  },
  {
    check: 'UnknownPrincipal', at: 'spec.rules[0].from[0].source.principals[0]',
    bad: allow(`{from: [{source: {principals: ["spiffe://${principal('web')}"]}}]}`),
    good: allow(`{from: [{source: {principals: [${principal('web')}]}}]}`),
  },
  {
    check: 'UnknownPrincipal', at: 'spec.rules[0].from[0].source.principals[0]',
    bad: allow(`{from: [{source: {principals: [${principal('wep')}]}}]}`),
    good: allow(`{from: [{source: {principals: [${principal('web')}, "*/sa/web", "*", other.example/ns/a/sa/b]}}]}`),
  },
  {
    check: 'ForeignPrincipal', at: 'spec.rules[0].from[0].source.principals[0]',
    bad: allow('{from: [{source: {principals: [other.example/ns/a/sa/b]}}]}'),
    good: docs(mesh('trustDomainAliases: [other.example]'), allow('{from: [{source: {principals: [other.example/ns/a/sa/b]}}]}')),
  },
  {
    check: 'UnknownMethod', at: 'spec.rules[0].to[0].operation.methods[0]',
    bad: allow('{to: [{operation: {methods: [hipstershop.CartService/GetCart]}}]}'),
    good: allow('{to: [{operation: {methods: [GET, "*", "GE*", "*T"]}}]}'),
  },
  {
    check: 'UnknownMethod', at: 'spec.rules[0].to[0].operation.methods[1]',
    bad: allow('{to: [{operation: {methods: [GET, "FOO*"]}}]}'),
    good: allow('{to: [{operation: {methods: [GET, "P*"]}}]}'),
  },
  {
    check: 'UnknownMethod', at: 'spec.rules[0].to[0].operation.methods[0]',
    bad: allow('{to: [{operation: {methods: ["G*T"]}}]}'),
    good: allow('{to: [{operation: {notMethods: ["*ET"]}}]}'),
  },
  {
    check: 'UnservedHost', at: 'spec.rules[0].to[0].operation.hosts[0]',
    bad: allow('{to: [{operation: {hosts: [wep]}}]}'),
    good: allow('{to: [{operation: {hosts: [web, "web:80", web.shop, wrong.org, api.shop.example, "wep*"]}}]}'),
  },
  {
    check: 'UnservedHost', at: 'spec.rules[0].to[0].operation.hosts[0]',
    bad: allow('{to: [{operation: {hosts: [wep.shop]}}]}'),
    good: docs(allow('{to: [{operation: {hosts: [wep.shop]}}]}'), virtualService('wep', '{hosts: [wep], http: [{route: [{destination: {host: web}}]}]}')),
  },
  {
    check: 'UnservedHost', at: 'spec.rules[0].to[0].operation.hosts[0]',
    bad: allow('{to: [{operation: {hosts: [wep.shop.svc.cluster.local]}}]}'),
    good: allow('{to: [{operation: {hosts: [web.shop.svc.cluster.local, "web.shop.svc.cluster.local:*", "*.example.com", shop.example]}}]}'),
  },
  { check: 'UncoveredWorkload', at: 'metadata.name', bad: NEW_WEB, good: docs(NEW_WEB, authorization('deny-all', '{}')) },
  {
    check: 'UncoveredWorkload', at: 'metadata.name',
    bad: docs(NEW_WEB, authorization('look', '{action: AUDIT, rules: [{}]}'), authorization('try', '{}').replace('name: try', 'name: try, annotations: {istio.io/dry-run: "1"}')),
    good: docs(NEW_WEB, authorization('try', '{}').replace('name: try', 'name: try, annotations: {istio.io/dry-run: "false"}')),
  },
  {
    check: 'UnrestrictedJwks', at: 'spec.template.spec.containers',
    bad: docs(WEB, authentication('a', '{jwtRules: [{issuer: a}]}'), deployment('istiod', '', '', '{app: istiod}').replace('namespace: shop', 'namespace: shop, labels: {app: istiod}')),
    good: docs(WEB, authentication('a', '{jwtRules: [{issuer: a}]}'), deployment('istiod', '', 'env: [{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8}]', '{app: istiod}').replace('namespace: shop', 'namespace: shop, labels: {app: istiod}')),
  },
  {
    check: 'UnknownEgressHost', at: 'spec.egress[0].hosts[0]',
    bad: docs(WEB, sidecar('a', '{egress: [{hosts: [./wep.shop.svc.cluster.local]}]}')),
    good: docs(WEB, sidecar('a', '{egress: [{hosts: [./web.shop.svc.cluster.local, "./*", "*/*.shop.svc.cluster.local", "~/*", observability/collector.observability.svc.cluster.local]}]}')),
  },
  {
    check: 'UnknownEgressHost', at: 'spec.egress[0].hosts[0]',
    bad: docs(WEB, sidecar('a', '{egress: [{hosts: [./web]}]}')),
    good: docs(WEB, sidecar('a', '{egress: [{hosts: [./web.shop.svc.cluster.local, ~shop/wep.shop.svc.cluster.local]}]}')),
  },
  {
    check: 'SelectiveGlobalSidecar', at: 'spec.workloadSelector',
    bad: sidecar('a', '{workloadSelector: {labels: {app: web}}, egress: [{hosts: ["./*"]}]}', '', 'istio-system'),
    good: docs(WEB, sidecar('a', '{egress: [{hosts: ["./*"]}]}', '', 'istio-system'), sidecar('b', '{workloadSelector: {labels: {app: web}}, egress: [{hosts: ["./*"]}]}')),
  },
  { check: 'AmbiguousOutboundPolicy', at: 'spec.outboundTrafficPolicy', bad: sidecar('a', '{outboundTrafficPolicy: {mode: ""}}'), good: sidecar('a', '{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}') },
  {
    check: 'UnknownExport', at: 'spec.exportTo[1]',
    bad: docs(WEB, destinationRule('a', '{host: web, exportTo: [., shopp]}')),
    good: docs(namespace('shop', '{istio.io/dataplane-mode: ambient}'), service('web'), destinationRule('a', '{host: web, exportTo: [., shopp]}')),
  },
  {
    check: 'UnknownExport', at: 'spec.exportTo[0]',
    bad: docs(WEB, destinationRule('a', '{host: web, exportTo: [shopp]}')),
    good: docs(WEB, service('tea', undefined, '', 'undeclared'), destinationRule('a', '{host: web, exportTo: [undeclared, default]}')),
  },
  {
    check: 'UnknownExport', at: 'spec.exportTo[0]',
    bad: docs(WEB, virtualService('a', '{hosts: [web], exportTo: [shopp], http: [{route: [{destination: {host: web}}]}]}')),
    good: docs(WEB, namespace('other'), virtualService('a', '{hosts: [web], exportTo: [., other], http: [{route: [{destination: {host: web}}]}]}')),
  },
  {
    check: 'ClaimsBeforeToken', at: 'spec.rules[0].from[0].source.requestPrincipals',
    bad: docs(SHOP, app('web'), authorization('a', '{action: CUSTOM, provider: {name: opa}, rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}')),
    good: docs(SHOP, app('web'), authorization('a', '{rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}'), authorization('b', '{action: CUSTOM, provider: {name: opa}, rules: [{from: [{source: {namespaces: [shop]}}]}]}')),
  },
  {
    check: 'ClaimsBeforeToken', at: 'spec.rules[0].when[0].key',
    bad: docs(SHOP, app('web'), authorization('a', '{action: CUSTOM, provider: {name: opa}, rules: [{when: [{key: "request.auth.claims[role]", values: [boss]}]}]}')),
    good: docs(SHOP, app('web'), authorization('a', '{action: CUSTOM, provider: {name: opa}, rules: [{when: [{key: "request.headers[role]", values: [boss]}]}]}')),
  },
  {
    check: 'SeveralAuthorizers', at: 'spec.provider.name',
    bad: docs(SHOP, app('web'), authorization('a', '{action: CUSTOM, provider: {name: opa}, selector: {matchLabels: {app: web}}, rules: [{}]}'), authorization('b', '{action: CUSTOM, provider: {name: ory}, rules: [{}]}')),
    good: docs(SHOP, app('web'), app('tea'), authorization('a', '{action: CUSTOM, provider: {name: opa}, selector: {matchLabels: {app: web}}, rules: [{}]}'), authorization('b', '{action: CUSTOM, provider: {name: ory}, selector: {matchLabels: {app: tea}}, rules: [{}]}')),
  },
];
