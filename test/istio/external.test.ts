import { Duration, Testing } from 'cdk8s';
import {
  ClusterApp,
  ClusterDns,
  type ExternalServiceProps,
  Mesh,
  Port,
  TlsOrigination,
  Topology,
  TopologyChart,
  type TopologyChartProps,
  ValidationError,
} from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

const HTTPS = Port.http(80, { target: 443 });

function calling(...externals: ExternalServiceProps[]): Topology {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  externals.forEach((props, index) => web.calls(shop.addExternalService(`bank${index}`, props)));
  return shop;
}

const codeOf = (declare: () => unknown): string => {
  try {
    declare();
  } catch (error) {
    return error instanceof ValidationError ? error.code : String(error);
  }
  return 'nothing';
};
const problemsOf = (objects: readonly Rendered[]) =>
  checkObjects(objects as never)
    .findings.filter(each => each.severity !== 'info')
    .map(each => `${each.id} ${each.message}`);

describe('an external service', () => {
  test('has several ports', () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', {
      host: 'bank.example',
      port: Port.tls(443),
      ports: [Port.http(8080), Port.tls(8443, { name: 'admin' })],
    });
    const web = plain(shop, 'web');
    bank.ports.forEach(({ number }) => web.calls(bank, { port: number }));
    const objects = render(shop);
    expect(one(objects, 'ServiceEntry', 'bank').spec.ports).toEqual([
      { number: 443, name: 'tls', protocol: 'TLS' },
      { number: 8080, name: 'http', protocol: 'HTTP' },
      { number: 8443, name: 'tls-admin', protocol: 'TLS' },
    ]);
    const traffic = Traffic.of(manifestsOf(objects)).from('shop/web-v1');
    expect(endsOf(traffic.http('GET http://bank.example:8080/'))).toBe('bank.example');
    expect(problemsOf(objects)).toEqual([]);
  });

  test('of a whole domain is matched by the name in the request, and forwarded to the dialled address', () => {
    const objects = render(calling({ host: '*.bank.example', port: Port.tls(443), ports: [Port.http(80)] }));
    expect(one(objects, 'ServiceEntry', 'bank0').spec).toMatchObject({ hosts: ['*.bank.example'], resolution: 'NONE' });
    expect(one(objects, 'Sidecar', 'web').spec.egress).toEqual([{ hosts: ['./*.bank.example'] }]);
    const traffic = Traffic.of(manifestsOf(objects)).from('shop/web-v1');
    expect(endsOf(traffic.http('GET https://api.bank.example/'))).toBe('*.bank.example');
    expect(endsOf(traffic.http('GET https://api.other.example/'))).toBe('0');
    expect(problemsOf(objects)).toEqual([]);
  });

  test('is known by its addresses, which alone are allowed', () => {
    const objects = render(calling({ port: Port.tcp(5432), addresses: ['10.1.2.3', '10.2.0.0/16', 'fd01::5'] }));
    expect(one(objects, 'ServiceEntry', 'bank0').spec).toMatchObject({
      hosts: ['bank0.shop.external'],
      addresses: ['10.1.2.3', '10.2.0.0/16', 'fd01::5'],
      resolution: 'NONE',
    });
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toEqual([
      {
        ports: [{ protocol: 'TCP', port: 5432 }],
        to: ['10.1.2.3/32', '10.2.0.0/16', 'fd01::5/128'].map(cidr => ({ ipBlock: { cidr } })),
      },
    ]);
    expect(problemsOf(objects)).toEqual([]);
  });

  test('is the API server of the cluster, at its ClusterIP and at the address behind it', () => {
    const shop = new Topology('shop');
    const operator = plain(shop, 'operator', { serviceAccount: { automountToken: true } });
    const apiServer = shop.addExternalService('api-server', {
      addresses: ['10.96.0.1', '172.18.0.2'],
      port: Port.tcp(443),
      ports: [Port.tcp(6443, { name: 'endpoint' })],
    });
    [443, 6443].forEach(port => operator.calls(apiServer, { port }));
    plain(shop, 'web');
    const objects = render(shop);
    const traffic = Traffic.of(manifestsOf(objects));
    expect(one(objects, 'Deployment', 'operator-v1').spec.template.spec.automountServiceAccountToken).toBe(true);
    expect(['operator', 'web'].map(each => endsOf(traffic.from(`shop/${each}-v1`).tcp('10.96.0.1:443')))).toEqual([
      'api-server.shop.external',
      '0',
    ]);
    expect(endsOf(traffic.from('shop/operator-v1').tcp('172.18.0.2:6443'))).toBe('api-server.shop.external');
    expect(problemsOf(objects)).toEqual([]);
  });

  test('with one address is called by it', () => {
    const shop = new Topology('shop');
    const [v4, v6] = ['10.1.2.3', 'fd01::5'].map((address, index) =>
      shop.addExternalService(`db${index}`, { port: Port.tcp(5432), addresses: [address] }),
    );
    expect([v4?.hostNameIn(), v6?.hostNameIn()]).toEqual(['10.1.2.3', '[fd01::5]']);
  });

  test('of plain TCP is distinguished by addresses from another on its port', () => {
    const db = (addresses: string[], host?: string) => ({ host, port: Port.tcp(5432), addresses });
    expect(codeOf(() => calling(db(['10.1.0.1']), db(['10.1.0.2'])))).toBe('nothing');
    expect(codeOf(() => calling(db(['10.1.0.0/16']), db(['10.1.0.2'])))).toBe('IndistinctHosts');
    expect(codeOf(() => calling(db(['10.1.0.1']), db(['10.1.0.0/24'])))).toBe('IndistinctHosts');
    expect(codeOf(() => calling(db(['10.1.0.1']), { host: 'db.example', port: Port.tcp(5432) }))).toBe(
      'IndistinctHosts',
    );
    expect(codeOf(() => calling(db(['10.1.0.1'], 'a.example'), db(['fd01::1'], 'b.example')))).toBe('nothing');
  });

  test('is at another port than the callers use', () => {
    const objects = render(calling({ host: 'bank.example', port: Port.http(80, { target: 8080 }) }));
    expect(one(objects, 'ServiceEntry', 'bank0').spec.ports).toEqual([
      { number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 },
    ]);
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress[0].ports).toEqual([{ protocol: 'TCP', port: 8080 }]);
  });
});

describe('TLS that the proxy originates', () => {
  const simple = { host: 'bank.example', port: HTTPS, tlsOrigination: TlsOrigination.simple() };

  test('verifies the certificate and its name, and has timeout and retries', () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', simple);
    plain(shop, 'web').calls(bank, { timeout: Duration.seconds(2), retries: { attempts: 1 } });
    bank.addCircuitBreaker({ maxConnections: 3 });
    const objects = render(shop);
    expect(one(objects, 'DestinationRule', 'bank').spec).toMatchObject({
      host: 'bank.example',
      exportTo: ['.'],
      trafficPolicy: {
        connectionPool: { tcp: { maxConnections: 3 } },
        tls: {
          mode: 'SIMPLE',
          sni: 'bank.example',
          subjectAltNames: ['bank.example'],
          caCertificates: '/etc/ssl/certs/ca-certificates.crt',
        },
      },
    });
    expect(one(objects, 'ServiceEntry', 'bank').spec.ports[0]).toMatchObject({ number: 80, targetPort: 443 });
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress[0].ports).toEqual([{ protocol: 'TCP', port: 443 }]);
    const answer = Traffic.of(manifestsOf(objects)).from('shop/web-v1').http('GET http://bank.example/');
    expect(endsOf(answer)).toBe('bank.example');
    expect([answer.timeout, answer.retries]).toEqual([2000, 1]);
    expect(problemsOf(objects)).toEqual([]);
  });

  test('has the declared authorities and names', () => {
    const tlsOrigination = TlsOrigination.simple({
      caCertificates: '/etc/ca.pem',
      sni: 'api.bank.example',
      subjectAltNames: ['a.example'],
    });
    const objects = render(calling({ ...simple, tlsOrigination }));
    expect(one(objects, 'DestinationRule', 'bank0').spec.trafficPolicy).toEqual({
      tls: {
        mode: 'SIMPLE',
        sni: 'api.bank.example',
        subjectAltNames: ['a.example'],
        caCertificates: '/etc/ca.pem',
      },
    });
  });

  test('has a client certificate, from Secrets that are mounted into the proxies of callers only', () => {
    const shop = new Topology('shop');
    const [one1, two] = ['one', 'two'].map(name =>
      shop.addExternalService(name, {
        host: `${name}.example`,
        port: HTTPS,
        tlsOrigination: TlsOrigination.mutual({ secret: `${name}-tls` }),
      }),
    );
    const web = plain(shop, 'web');
    plain(shop, 'other');
    [one1, two].forEach(each => each && web.calls(each));
    const objects = render(shop);
    expect(one(objects, 'DestinationRule', 'two').spec.trafficPolicy.tls).toMatchObject({
      mode: 'MUTUAL',
      clientCertificate: '/etc/istio/client-certificates/two/tls.crt',
      privateKey: '/etc/istio/client-certificates/two/tls.key',
    });
    const annotations = (name: string) =>
      one(objects, 'Deployment', name).spec.template.metadata.annotations as Record<string, string> | undefined;
    expect(JSON.parse(annotations('web-v1')?.['sidecar.istio.io/userVolume'] ?? '')).toEqual({
      'client-certificate-one': { secret: { secretName: 'one-tls' } },
      'client-certificate-two': { secret: { secretName: 'two-tls' } },
    });
    expect(JSON.parse(annotations('web-v1')?.['sidecar.istio.io/userVolumeMount'] ?? '')).toEqual({
      'client-certificate-one': { mountPath: '/etc/istio/client-certificates/one', readOnly: true },
      'client-certificate-two': { mountPath: '/etc/istio/client-certificates/two', readOnly: true },
    });
    expect(annotations('other-v1')?.['sidecar.istio.io/userVolume']).toBeUndefined();
  });
});

test.each<[string, string, ExternalServiceProps]>([
  ['an address as a host', 'InvalidHost', { host: '93.184.216.34', port: Port.tls(443) }],
  ['an IPv6 address as a host', 'InvalidHost', { host: 'fd00::1', port: Port.tls(443) }],
  ['every host', 'InvalidHost', { host: '*', port: Port.tls(443) }],
  ['every host of a top-level domain', 'InvalidHost', { host: '*.example', port: Port.tls(443) }],
  ['a wildcard inside a name', 'InvalidHost', { host: 'a.*.example', port: Port.tls(443) }],
  ['a wildcard for plain TCP', 'InvalidHost', { host: '*.bank.example', port: Port.tcp(5432) }],
  ['neither host nor addresses', 'InvalidHost', { port: Port.tls(443) }],
  ['no addresses', 'InvalidHost', { port: Port.tls(443), addresses: [] }],
  ['every address', 'InvalidCidr', { port: Port.tls(443), addresses: ['0.0.0.0/0'] }],
  ['what is no address', 'InvalidCidr', { port: Port.tls(443), addresses: ['bank'] }],
  ['a metadata address', 'InvalidCidr', { port: Port.http(80), addresses: ['169.254.169.254'] }],
  ['a metadata address of IPv6', 'InvalidCidr', { port: Port.http(80), addresses: ['fd00:ec2::254'] }],
  ['a range with a metadata address', 'InvalidCidr', { port: Port.http(80), addresses: ['169.0.0.0/8'] }],
  [
    'another port behind a dialled address',
    'Contradiction',
    { host: '*.bank.example', port: Port.http(80, { target: 8080 }) },
  ],
  ['HTTP without TLS on the port of HTTPS', 'Contradiction', { host: 'bank.example', port: Port.http(443) }],
  ['HTTP without TLS to the port of HTTPS', 'Contradiction', { host: 'bank.example', port: HTTPS }],
  [
    'TLS inside TLS',
    'Contradiction',
    { host: 'bank.example', port: Port.tls(443), tlsOrigination: TlsOrigination.simple() },
  ],
  [
    'TLS to hosts without a single name',
    'InvalidHost',
    { host: '*.bank.example', port: Port.http(443), tlsOrigination: TlsOrigination.simple() },
  ],
  [
    'what is no TLS origination',
    'NotDeclared',
    { host: 'bank.example', port: HTTPS, tlsOrigination: 'simple' as never },
  ],
  ['what is no port', 'NotDeclared', { host: 'bank.example', port: 443 as never }],
  ['a second port that is none', 'NotDeclared', { host: 'bank.example', port: Port.tls(443), ports: [80 as never] }],
])('%s throws', (_what, code, props) => {
  expect(codeOf(() => calling(props))).toBe(code);
});

test.each<[string, string, () => unknown]>([
  ['a Secret without a name', 'InvalidName', () => TlsOrigination.mutual({ secret: '' })],
  ['a server name that is no host', 'InvalidHost', () => TlsOrigination.simple({ sni: '*' })],
  [
    'a certificate name with a wildcard',
    'InvalidHost',
    () => TlsOrigination.simple({ subjectAltNames: ['*.x.example'] }),
  ],
])('%s throws', (_what, code, declare) => {
  expect(codeOf(declare)).toBe(code);
});

describe('a caller of external services', () => {
  const shop = () => {
    const topology = new Topology('shop');
    return {
      web: plain(topology, 'web'),
      old: plain(topology, 'old', { inMesh: false }),
      pod: topology.addService('pod', { existingWorkload: { labels: { app: 'pod' }, serviceAccount: 'pod' } }),
      domain: topology.addExternalService('domain', { host: '*.bank.example', port: Port.tls(443) }),
      bank: topology.addExternalService('bank', {
        host: 'bank.example',
        port: HTTPS,
        tlsOrigination: TlsOrigination.mutual({ secret: 'x' }),
      }),
    };
  };

  test('has no variable for the address of a whole domain', () => {
    const { web, domain } = shop();
    expect(codeOf(() => web.calls(domain, { addressEnvVar: 'BANK' }))).toBe('NoEffect');
  });

  test('needs a proxy to originate TLS, which this topology renders if it has a client certificate', () => {
    const { old, pod, bank } = shop();
    expect(codeOf(() => old.calls(bank))).toBe('Contradiction');
    expect(codeOf(() => pod.calls(bank))).toBe('NoEffect');
  });
});

describe('NetworkPolicies', () => {
  const METADATA = {
    4: ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
    6: ['fe80::/10', 'fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128'],
  };
  const rendered = (props: Partial<TopologyChartProps>) =>
    Testing.synth(
      new TopologyChart(new ClusterApp(), 'test', {
        topology: calling({ host: 'bank.example', port: Port.tls(443) }),
        mesh: Mesh.istio(),
        ...props,
      }),
    ) as Rendered[];

  test('exclude metadata addresses, and the declared ranges of the cluster', () => {
    const egress = (props: Partial<TopologyChartProps>) =>
      one(rendered(props), 'NetworkPolicy', 'web').spec.egress[0].to as object[];
    expect(egress({})).toEqual([
      { ipBlock: { cidr: '0.0.0.0/0', except: METADATA[4] } },
      { ipBlock: { cidr: '::/0', except: METADATA[6] } },
    ]);
    expect(egress({ clusterCidrs: ['10.0.0.0/8', 'fd01::/48'] })).toEqual([
      { ipBlock: { cidr: '0.0.0.0/0', except: [...METADATA[4], '10.0.0.0/8'] } },
      { ipBlock: { cidr: '::/0', except: [...METADATA[6], 'fd01::/48'] } },
    ]);
  });

  test.each([['10.0.0.1'], ['0.0.0.0/0']])('reject %s as a range of the cluster', cidr => {
    expect(codeOf(() => rendered({ clusterCidrs: [cidr] }))).toBe('InvalidCidr');
  });

  test.each<[string, ClusterDns, string, number[], string[]]>([
    ['kube-dns', ClusterDns.kubeDns(), 'kube-system', [53], ['169.254.20.10/32']],
    ['OpenShift', ClusterDns.openShift(), 'openshift-dns', [5353], []],
    ['Gardener', ClusterDns.gardener(), 'kube-system', [8053, 53], ['169.254.20.10/32']],
    [
      'others',
      ClusterDns.servers({ namespace: 'dns', podLabels: { app: 'coredns' }, ports: [1053], cidrs: ['10.0.0.10/32'] }),
      'dns',
      [1053],
      ['10.0.0.10/32'],
    ],
  ])('allow name resolution by the servers of %s', (what, dns, namespace, ports, cidrs) => {
    expect(one(rendered({ dns }), 'NetworkPolicy', 'default-deny').spec.egress[0]).toEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          ...(what === 'others' ? { podSelector: { matchLabels: { app: 'coredns' } } } : {}),
        },
        ...cidrs.map(cidr => ({ ipBlock: { cidr } })),
      ],
      ports: ports.flatMap(port => ['UDP', 'TCP'].map(protocol => ({ protocol, port }))),
    });
  });

  test('reject DNS servers without ports or with invalid addresses', () => {
    expect(codeOf(() => ClusterDns.servers({ ports: [] }))).toBe('OutOfRange');
    expect(codeOf(() => ClusterDns.servers({ ports: [0] }))).toBe('OutOfRange');
    expect(codeOf(() => ClusterDns.servers({ cidrs: ['10.0.0.10'] }))).toBe('InvalidCidr');
  });
});

test('an external service without a caller has no annotation to render', () => {
  const shop = new Topology('shop');
  plain(shop, 'web');
  shop.addExternalService('bank', { host: 'bank.example', port: HTTPS, tlsOrigination: TlsOrigination.simple() });
  expect(names(render(shop), 'ServiceEntry')).toEqual(['bank']);
});
