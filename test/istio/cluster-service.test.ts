import { Port, TlsOrigination, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import type { ExternalServiceProps } from '../../lib';
import { manifestsOf } from '../support/manifests';
import { names, one, plain, type Rendered, render } from './support';

/** `web` in its own namespace, and `reports` in another, call an external service with a Service of the cluster. */
function calling(props: ExternalServiceProps): readonly Rendered[] {
  const shop = new Topology('shop');
  shop.addNamespace('reports');
  const bank = shop.addExternalService('bank', { clusterService: true, ...props });
  plain(shop, 'web').calls(bank, { addressEnvVar: 'BANK' });
  plain(shop, 'monthly', { namespace: 'reports' }).calls(bank, { addressEnvVar: 'BANK' });
  return render(shop);
}

const bankOf = (objects: readonly Rendered[], deployment: string) =>
  one(objects, 'Deployment', deployment).spec.template.spec.containers[0].env;
const problemsOf = (objects: readonly Rendered[]) =>
  checkObjects(objects as never)
    .findings.filter(each => each.severity !== 'info')
    .map(each => `${each.id} ${each.message}`);

describe('a Service of type ExternalName', () => {
  const objects = calling({ host: 'api.bank.example', port: Port.http(80, { target: 8080 }) });

  test('is a name for the host without ports, beside the ServiceEntry that has them', () => {
    expect(one(objects, 'Service', 'bank').spec).toEqual({ type: 'ExternalName', externalName: 'api.bank.example' });
    expect(one(objects, 'ServiceEntry', 'bank').spec).toMatchObject({
      hosts: ['api.bank.example'],
      ports: [{ number: 80, targetPort: 8080 }],
    });
    expect(problemsOf(objects)).toEqual([]);
  });

  test('is the address of its callers, and a host of their Sidecars besides the one that it names', () => {
    expect([bankOf(objects, 'web-v1'), bankOf(objects, 'monthly-v1')]).toEqual([
      [{ name: 'BANK', value: 'bank:80' }],
      [{ name: 'BANK', value: 'bank.shop:80' }],
    ]);
    expect(['web', 'monthly'].map(each => one(objects, 'Sidecar', each).spec.egress[0].hosts)).toEqual([
      ['./api.bank.example', './bank.shop.svc.cluster.local'],
      ['shop/api.bank.example', 'shop/bank.shop.svc.cluster.local'],
    ]);
  });

  test('has the name of the host in the requests that arrive there, unless a call declares another', () => {
    expect(one(objects, 'VirtualService', 'bank').spec.http[0].rewrite).toEqual({ authority: 'api.bank.example' });
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.http(80), clusterService: true });
    plain(shop, 'web').calls(bank, { rewrite: { host: 'tenant.bank.example' } });
    expect(one(render(shop), 'VirtualService', 'bank').spec.http[0].rewrite).toEqual({
      authority: 'tenant.bank.example',
    });
  });

  test('leaves the NetworkPolicies of callers as without it', () => {
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toMatchObject([
      {
        ports: [{ protocol: 'TCP', port: 8080 }],
        to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
      },
    ]);
  });

  test('has TLS that the proxies originate, with the name of the host', () => {
    const https = calling({
      host: 'api.bank.example',
      port: Port.http(80, { target: 443 }),
      tlsOrigination: TlsOrigination.simple(),
    });
    expect(one(https, 'DestinationRule', 'bank').spec).toMatchObject({
      host: 'api.bank.example',
      trafficPolicy: { tls: { mode: 'SIMPLE', sni: 'api.bank.example' } },
    });
  });
});

describe('a Service with EndpointSlices', () => {
  const objects = calling({ addresses: ['10.1.2.3', '10.1.2.4', 'fd01::5'], port: Port.tcp(5432, { target: 6432 }) });

  test('has no selector, and a slice for the addresses of each IP version', () => {
    expect(one(objects, 'Service', 'bank').spec).toEqual({
      ports: [{ name: 'tcp', port: 5432, targetPort: 6432 }],
    });
    const slices = objects.filter(each => each.kind === 'EndpointSlice');
    expect(slices).toMatchObject([
      {
        metadata: { name: 'bank-ipv4', labels: { 'kubernetes.io/service-name': 'bank' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.1.2.3'] }, { addresses: ['10.1.2.4'] }],
        ports: [{ name: 'tcp', port: 6432, protocol: 'TCP' }],
      },
      { metadata: { name: 'bank-ipv6' }, addressType: 'IPv6', endpoints: [{ addresses: ['fd01::5'] }] },
    ]);
    expect(problemsOf(objects)).toEqual([]);
  });

  test('replaces the ServiceEntry, for the proxies of the same namespaces', () => {
    expect(names(objects, 'ServiceEntry')).toEqual([]);
    expect(one(objects, 'Service', 'bank').metadata.annotations).toEqual({
      'networking.istio.io/exportTo': '.,reports',
    });
    expect(['web', 'monthly'].map(each => one(objects, 'Sidecar', each).spec.egress[0].hosts)).toEqual([
      ['./bank.shop.svc.cluster.local'],
      ['shop/bank.shop.svc.cluster.local'],
    ]);
  });

  test('is the address of its callers, whose NetworkPolicies allow its addresses alone', () => {
    expect(bankOf(objects, 'monthly-v1')).toEqual([{ name: 'BANK', value: 'bank.shop:5432' }]);
    expect(one(objects, 'NetworkPolicy', 'web').spec.egress).toEqual([
      {
        ports: [{ protocol: 'TCP', port: 6432 }],
        to: ['10.1.2.3/32', '10.1.2.4/32', 'fd01::5/128'].map(cidr => ({ ipBlock: { cidr } })),
      },
    ]);
  });

  test('is reached at its addresses, in plain text, by its callers alone', () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', {
      addresses: ['10.1.2.3', '10.1.2.4'],
      port: Port.tcp(5432, { target: 6432 }),
      clusterService: true,
    });
    plain(shop, 'web').calls(bank);
    plain(shop, 'cli');
    plain(shop, 'old', { inMesh: false }).calls(bank);
    const traffic = Traffic.of(manifestsOf(render(shop)));
    const reached = ['web', 'old', 'cli'].map(each => endsOf(traffic.from(`shop/${each}-v1`).tcp('bank:5432')));
    expect(reached).toEqual(['10.1.2.3 50%, 10.1.2.4 50%', '10.1.2.3 50%, 10.1.2.4 50%', '0']);
    const allowed = traffic.matrix();
    expect(['web', 'old', 'cli'].map(each => allowed.has(`shop/${each}-v1`, '10.1.2.3'))).toEqual([true, true, false]);
  });

  test('has the timeouts and limits of calls to it', () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', {
      addresses: ['10.1.2.3'],
      port: Port.http(80, { target: 443 }),
      tlsOrigination: TlsOrigination.simple({ sni: 'bank.example' }),
      clusterService: true,
    });
    plain(shop, 'web').calls(bank);
    const rendered = render(shop);
    expect(one(rendered, 'VirtualService', 'bank').spec).toMatchObject({
      hosts: ['bank.shop.svc.cluster.local'],
      http: [{ retries: { attempts: 0 } }],
    });
    expect(one(rendered, 'VirtualService', 'bank').spec.http[0].rewrite).toBeUndefined();
    expect(one(rendered, 'DestinationRule', 'bank').spec.trafficPolicy.tls).toMatchObject({ sni: 'bank.example' });
  });
});
