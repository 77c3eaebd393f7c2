import { bookinfo, type BookinfoRules } from '../../examples/bookinfo';
import { sockShop } from '../../examples/sock-shop';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, type Target, type Topology, TopologyChart } from '../../lib';
import { EnvoyGateway } from '../../lib/gateway';
import { Manifests, Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { problemsIn } from './support';

const RULES: BookinfoRules[] = ['all-v1', 'jason-v2', 'half-v3'];
const manifestsOn = (mesh: Target, topology: Topology) =>
  Manifests.ofChart(new TopologyChart(new ClusterApp(), topology.name, { topology, mesh }));
const linkerd = (topology: Topology) => manifestsOn(Mesh.linkerd({ gateway: new EnvoyGateway() }), topology);

test.each(RULES)('Bookinfo with %s: what the schemas and the checks find', rules => {
  const { objects } = linkerd(bookinfo(rules));
  expect(problemsOf(objects.filter(each => !each.apiVersion.includes('envoyproxy.io')))).toEqual([]);
  expect(problemsIn(objects)).toEqual([]);
});

test('the objects of Bookinfo', () => {
  expect(linkerd(bookinfo('jason-v2')).objects).toMatchSnapshot();
});

/** Who reaches which services: the Service of a version is one that its callers may address, too. */
const servicesIn = (traffic: Traffic | undefined) => [
  ...new Set((traffic?.matrix().reaches ?? []).map(({ from, to }) => `${from} ${to}`.replaceAll(/-v\d/g, ''))),
];

test.each(RULES)('with %s the same callers reach the same services as with sidecars', rules => {
  const [sidecars, mesh] = [manifestsOn(Mesh.istio(), bookinfo(rules)), linkerd(bookinfo(rules))].map(each =>
    Traffic.of(each),
  );
  expect(servicesIn(mesh)).toEqual(servicesIn(sidecars));
});

test.each([
  ['boutique', boutique, 'boutique/paymentservice] Its circuit breaker declares maxConnections, maxPendingRequests'],
  ['sock shop', sockShop, 'sock-shop/user] It requires call policies that differ by caller'],
])('the %s requires what Linkerd does not have, which is an error', (_, topology, finding) => {
  expect(() => linkerd(topology)).toThrow(finding);
});
