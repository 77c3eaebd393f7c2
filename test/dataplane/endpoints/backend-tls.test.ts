import { gatewayApi, istio, meshed, pods, service } from '../../testing/traffic/support';
import { type RequestResult, Traffic } from '../../../lib/testing';
import {
  AUTHORITY,
  CERTIFICATE,
  CERTIFICATE_OF_INTERMEDIATE,
  INTERMEDIATE,
  OTHER_AUTHORITY,
} from '../../support/certificates';
import { manifestsOf } from '../../support/manifests';

const LEGACY = { group: '', kind: 'Service', name: 'legacy' };
const CA = { group: '', kind: 'ConfigMap', name: 'ca' };
const VALID = { hostname: 'legacy.example', caCertificateRefs: [CA] };

function configMap(data: object, name = 'ca', kind = 'ConfigMap'): object {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'old' },
    ...(kind === 'Secret' ? { stringData: data } : { data }),
  };
}

const AUTHORITIES = configMap({ 'ca.crt': AUTHORITY });

function policy(validation: object, target: object = LEGACY, metadata: object = {}): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { name: 'tls', namespace: 'old', ...metadata },
    spec: { targetRefs: [target], validation },
  };
}

/** The Pods of the backend, which mount Secrets. */
function legacy(...secrets: string[]): object {
  const deployment = JSON.parse(JSON.stringify(pods('legacy', 'v1', { namespace: 'old' }))) as {
    spec: { template: { spec: { volumes?: object[] } } };
  };
  deployment.spec.template.spec.volumes = secrets.map(secretName => ({ name: secretName, secret: { secretName } }));
  return deployment;
}

function certificate(pem: string, name = 'cert'): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace: 'old' },
    data: { 'tls.crt': Buffer.from(pem).toString('base64'), 'tls.key': '' },
  };
}

function world(className: string, objects: readonly object[]): Traffic {
  return Traffic.of(
    manifestsOf([
      meshed('shop'),
      gatewayApi('Gateway', 'door', {
        gatewayClassName: className,
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      }),
      gatewayApi('HTTPRoute', 'legacy', {
        parentRefs: [{ name: 'door' }],
        rules: [80, 81].map(port => ({
          matches: [{ path: { type: 'Exact', value: `/${port}` } }],
          backendRefs: [{ name: 'legacy', namespace: 'old', port }],
        })),
      }),
      gatewayApi(
        'ReferenceGrant',
        'it',
        {
          from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
          to: [{ group: '', kind: 'Service' }],
        },
        'old',
      ),
      pods('web'),
      service('web'),
      service('legacy', 'old'),
      ...objects,
    ]),
  );
}

const sent = (objects: readonly object[], { className = 'istio', port = 80 } = {}): RequestResult =>
  world(className, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' } }, ...objects]).fromInternet(
    `GET http://shop.example/${port}`,
  );

describe.each(['istio', 'eg'])('a BackendTLSPolicy at a gateway of class %s', className => {
  const ask = (...objects: object[]) => sent(objects, { className });

  test('makes the gateway use TLS, with the server name of the policy', () => {
    const result = ask(policy(VALID), AUTHORITIES, legacy());
    result.expectRoutedTo('legacy');
    expect(result.outcomes[0]?.serverName).toBe('legacy.example');
    expect(result.outcomes[0]?.path).toBe('/80');
    expect(result.explain()).toContain(
      'TLS with server name legacy.example by BackendTLSPolicy old/tls, to a certificate that is assumed to be valid',
    );
    expect(ask(legacy()).outcomes[0]?.serverName).toBe('');
  });

  test.each<[string, string, string, boolean]>([
    ['its authority', AUTHORITY, CERTIFICATE, true],
    ['one of several authorities', `${OTHER_AUTHORITY}${AUTHORITY}`, CERTIFICATE, true],
    ['an intermediate authority in the chain', AUTHORITY, `${CERTIFICATE_OF_INTERMEDIATE}${INTERMEDIATE}`, true],
    ['an intermediate authority that is trusted itself', INTERMEDIATE, CERTIFICATE_OF_INTERMEDIATE, true],
    ['an intermediate authority that is missing in the chain', AUTHORITY, CERTIFICATE_OF_INTERMEDIATE, false],
    ['another authority', OTHER_AUTHORITY, CERTIFICATE, false],
    ['itself, where it is trusted', CERTIFICATE, CERTIFICATE, true],
  ])('verifies the certificate in the Secret of the Pods: one by %s', (_what, authority, pem, isAccepted) => {
    const result = ask(policy(VALID), configMap({ 'ca.crt': authority }), certificate(pem), legacy('cert'));
    if (isAccepted) {
      result.expectRoutedTo('legacy');
      expect(result.explain()).toContain('to the certificate in Secret old/cert');
    } else {
      result.expectDenied(503);
      expect(result.outcomes[0]).toMatchObject({ by: 'BackendTLSPolicy old/tls', rule: 'spec.targetRefs[0]' });
      expect(result.explain()).toContain('the certificate in Secret old/cert is not issued by an authority');
    }
  });

  test.each<[string, readonly object[], boolean]>([
    [
      'one of several names',
      [
        { type: 'Hostname', hostname: 'no.example' },
        { type: 'Hostname', hostname: 'legacy.example' },
      ],
      true,
    ],
    ['a name that a wildcard covers', [{ type: 'Hostname', hostname: 'a.wild.example' }], true],
    ['a URI', [{ type: 'URI', uri: 'spiffe://legacy.example/it' }], true],
    ['another name', [{ type: 'Hostname', hostname: 'no.example' }], false],
    ['another URI', [{ type: 'URI', uri: 'spiffe://legacy.example/other' }], false],
    ['the URI as a host', [{ type: 'Hostname', hostname: 'spiffe://legacy.example/it' }], false],
  ])('verifies subjectAltNames: %s', (_what, subjectAltNames, isAccepted) => {
    const result = ask(policy({ ...VALID, subjectAltNames }), AUTHORITIES, certificate(CERTIFICATE), legacy('cert'));
    expect(result.isAllowed).toBe(isAccepted);
    expect(result.isDenied).toBe(!isAccepted);
  });

  test('that trusts public authorities needs no reference', () => {
    ask(policy({ hostname: 'legacy.example', wellKnownCACertificates: 'System' }), legacy()).expectRoutedTo('legacy');
  });

  test('of which another object makes the ConfigMap is assumed to be valid', () => {
    const bundle = { apiVersion: 'trust.cert-manager.io/v1alpha1', kind: 'Bundle', metadata: { name: 'ca' } };
    ask(policy(VALID), bundle, certificate(CERTIFICATE), legacy('cert')).expectRoutedTo('legacy');
  });

  test('of several certificates that differ is not simulated', () => {
    const secrets = [certificate(CERTIFICATE), certificate(CERTIFICATE_OF_INTERMEDIATE, 'other')];
    expect(() => ask(policy(VALID), AUTHORITIES, ...secrets, legacy('cert', 'other'))).toThrow(
      /old\/legacy-v1 mounts several certificates \(old\/cert, old\/other\)/,
    );
  });

  test('applies to the port that it names, before one for all ports', () => {
    const all = policy({ ...VALID, hostname: 'all.example' }, LEGACY, { name: 'all' });
    const one = policy(VALID, { ...LEGACY, sectionName: 'http' }, { name: 'one' });
    const nameAt = (port: number, ...objects: object[]) =>
      sent([...objects, AUTHORITIES, legacy()], { className, port }).outcomes[0]?.serverName;
    expect([nameAt(80, all, one), nameAt(81, all, one)]).toEqual(['legacy.example', 'all.example']);
    expect([nameAt(80, one), nameAt(81, one)]).toEqual(['legacy.example', '']);
    expect(nameAt(80, policy(VALID, { ...LEGACY, sectionName: 'https' }))).toBe('');
  });

  test('loses against an older one with the same target, even if that is invalid', () => {
    const at = (year: number) => ({ name: `of-${year}`, creationTimestamp: `${year}-01-01T00:00:00Z` });
    const result = ask(
      policy(VALID, LEGACY, at(2026)),
      policy({ ...VALID, caCertificateRefs: [{ ...CA, name: 'none' }] }, LEGACY, at(2025)),
      AUTHORITIES,
      legacy(),
    );
    result.expectDenied();
    expect(result.outcomes[0]?.by).toBe('BackendTLSPolicy old/of-2025');
  });

  test('for another kind, or in another namespace, changes nothing', () => {
    const others = [policy(VALID, { ...LEGACY, kind: 'Deployment' }), policy(VALID, LEGACY, { namespace: 'shop' })];
    others.forEach(each => {
      expect(ask(each, legacy()).outcomes[0]?.serverName).toBe('');
    });
  });
});

const UNRESOLVED: [string, object, object][] = [
  ['of a ConfigMap that does not exist', { ...CA, name: 'none' }, AUTHORITIES],
  ['of a ConfigMap without a certificate', CA, configMap({})],
  ['of an unknown kind', { group: 'x.example', kind: 'Authority', name: 'ca' }, AUTHORITIES],
];

test.each(UNRESOLVED)(
  'a reference %s ends in 503 at Istio, and in 500 at Envoy Gateway',
  (_what, reference, object) => {
    const objects = [policy({ ...VALID, caCertificateRefs: [reference] }), object, legacy()];
    sent(objects).expectDenied(503);
    sent(objects, { className: 'eg' }).expectDenied(500);
  },
);

test('a text that is no certificate ends in 503 at both', () => {
  const objects = [policy(VALID), configMap({ 'ca.crt': 'no certificate' }), legacy()];
  sent(objects).expectDenied(503);
  sent(objects, { className: 'eg' }).expectDenied(503);
});

test('Envoy Gateway reads all references, Secrets and trust bundles too, and Istio the first ConfigMap', () => {
  const secret = configMap({ 'ca.crt': AUTHORITY }, 'secret', 'Secret');
  const bundle = {
    apiVersion: 'certificates.k8s.io/v1beta1',
    kind: 'ClusterTrustBundle',
    metadata: { name: 'bundle' },
    spec: { trustBundle: AUTHORITY },
  };
  const refer = (...references: object[]) => [
    policy({ ...VALID, caCertificateRefs: references }),
    configMap({ 'ca.crt': OTHER_AUTHORITY }),
    secret,
    bundle,
    certificate(CERTIFICATE),
    legacy('cert'),
  ];
  const inSecret = { group: '', kind: 'Secret', name: 'secret' };
  const inBundle = { group: 'certificates.k8s.io', kind: 'ClusterTrustBundle', name: 'bundle' };
  sent(refer(CA, inSecret), { className: 'eg' }).expectRoutedTo('legacy');
  sent(refer(inBundle), { className: 'eg' }).expectRoutedTo('legacy');
  sent(refer(CA), { className: 'eg' }).expectDenied(503);
  sent(refer(CA, inSecret)).expectDenied(503);
  sent(refer(inSecret)).expectDenied(503);
});

test('only Envoy Gateway verifies the host name of a policy without subjectAltNames', () => {
  const objects = [policy({ ...VALID, hostname: 'no.example' }), AUTHORITIES, certificate(CERTIFICATE), legacy('cert')];
  sent(objects).expectRoutedTo('legacy');
  sent(objects, { className: 'eg' }).expectDenied(503);
});

describe('in the mesh', () => {
  const ask = (...objects: object[]) => world('istio', objects).from('web').http('GET http://legacy.old/80');
  const rule = (spec: object, namespace = 'old') =>
    istio('DestinationRule', 'it', { host: 'legacy.old.svc.cluster.local', ...spec }, namespace);
  const outside = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' } };

  test('a policy applies to sidecars too, unless it is ignored', () => {
    expect(ask(outside, policy(VALID), AUTHORITIES, legacy()).outcomes[0]?.serverName).toBe('legacy.example');
    const ignored = policy(VALID, LEGACY, { annotations: { 'istio.io/ignore-policy-attachment': 'true' } });
    expect(ask(outside, ignored, AUTHORITIES, legacy()).outcomes[0]?.serverName).toBe('');
  });

  test.each<[string, object, string]>([
    ['sets no TLS', rule({ trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }), 'legacy.example'],
    ['sets TLS', rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } }), ''],
    [
      'sets the TLS of the port',
      rule({ trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }] } }),
      '',
    ],
    ['sets TLS in the namespace of the caller', rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } }, 'shop'), ''],
    ['sets nothing in the namespace of the caller', rule({ trafficPolicy: {} }, 'shop'), ''],
    [
      'has a wildcard',
      rule({ host: '*.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
      'legacy.example',
    ],
  ])('of a policy and a DestinationRule that %s, the rule has precedence', (_what, destinationRule, serverName) => {
    expect(ask(outside, destinationRule, policy(VALID), AUTHORITIES, legacy()).outcomes[0]?.serverName).toBe(
      serverName,
    );
  });

  test('a policy of a port has precedence over the TLS of a DestinationRule for all ports', () => {
    const ofPort = policy(VALID, { ...LEGACY, sectionName: 'http' });
    const disabled = rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } });
    const of = (...objects: object[]) => ask(outside, ...objects, AUTHORITIES, legacy()).outcomes[0]?.serverName;
    expect(of(ofPort, disabled)).toBe('legacy.example');
    const other = { port: { number: 80 }, connectionPool: {} };
    expect(of(ofPort, rule({ trafficPolicy: { portLevelSettings: [other] } }))).toBe('legacy.example');
  });

  test('a policy besides a DestinationRule that selects workloads is not simulated', () => {
    const selecting = istio('DestinationRule', 'it', {
      host: 'web.shop.svc.cluster.local',
      workloadSelector: { matchLabels: { app: 'web' } },
    });
    const tls = policy(VALID, { ...LEGACY, name: 'web' }, { namespace: 'shop' });
    expect(() => world('istio', [selecting, tls]).from('web').http('GET http://web/')).toThrow(/selects workloads/);
  });

  test('the proxy of the backend sees bytes, unless its port is for requests or it requires mutual TLS', () => {
    const bytes = service('legacy', 'old', { ports: [{ name: 'tls', port: 80, targetPort: 8080 }] });
    const at = (...objects: object[]) =>
      world('istio', [meshed('old'), bytes, policy(VALID), AUTHORITIES, legacy(), ...objects]).fromInternet(
        'GET http://shop.example/80',
      );
    const isOfBytes = (result: RequestResult) => result.expectRoutedTo('legacy');
    isOfBytes(at());
    at(istio('PeerAuthentication', 'it', { mtls: { mode: 'STRICT' } }, 'old')).expectDenied(503);
    at(
      istio('AuthorizationPolicy', 'it', { rules: [{ to: [{ operation: { paths: ['/80'] } }] }] }, 'old'),
    ).expectDenied(503);
    isOfBytes(at(istio('AuthorizationPolicy', 'it', { rules: [{ to: [{ operation: { ports: ['8080'] } }] }] }, 'old')));
    const plain = world('istio', [meshed('old'), policy(VALID), AUTHORITIES, legacy()]).fromInternet(
      'GET http://shop.example/80',
    );
    plain.expectDenied(503);
    expect(plain.explain()).toContain('is declared for plain text');
  });

  test('the matrix has callers that a policy does not stop', () => {
    const has = (...objects: object[]) =>
      world('istio', [outside, policy(VALID), legacy(), ...objects])
        .matrix()
        .has('shop/web-v1', 'old/legacy-v1');
    expect(has(AUTHORITIES)).toBe(true);
    expect(has()).toBe(false);
  });

  test('a policy for a ServiceEntry applies to each of its hosts', () => {
    const entry = istio(
      'ServiceEntry',
      'bank',
      {
        hosts: ['bank.example', 'money.example'],
        ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 443 }],
        resolution: 'DNS',
      },
      'old',
    );
    const target = { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'bank' };
    const from = (...objects: object[]) =>
      world('istio', [outside, entry, legacy(), ...objects])
        .from('web')
        .http('GET http://money.example/');
    expect(from(policy(VALID, target), AUTHORITIES).outcomes[0]).toMatchObject({
      destination: 'money.example',
      serverName: 'legacy.example',
    });
    from(policy(VALID, target)).expectDenied(503);
  });
});
