import { bookinfo, type BookinfoRules } from '../../examples/bookinfo';
import { sockShop } from '../../examples/sock-shop';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, type Target, type Topology, TopologyChart } from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';
import { problemsOf } from '../support/schemas';
import { problemsIn } from './support';

const RULES: BookinfoRules[] = ['all-v1', 'jason-v2', 'half-v3', 'mirror-v3'];
const manifestsOn = (mesh: Target, topology: Topology) =>
  Manifests.ofChart(new TopologyChart(new ClusterApp(), topology.name, { topology, mesh }));
const ambient = (rules: BookinfoRules) => manifestsOn(Mesh.ambient(), bookinfo(rules));
const REVIEWS = 'GET http://reviews:9080/reviews/0';

test.each(RULES)('with %s every object is valid, and the checks find no error and no warning', rules => {
  const { objects } = ambient(rules);
  expect(problemsOf(objects)).toEqual([]);
  expect(problemsIn(objects)).toEqual([]);
});

test('the objects of Bookinfo', () => {
  expect(ambient('jason-v2').objects).toMatchSnapshot();
});

test.each(RULES)('with %s the same callers reach the same callees as with sidecars', rules => {
  const [sidecars, mesh] = [manifestsOn(Mesh.istio(), bookinfo(rules)), ambient(rules)].map(each => Traffic.of(each));
  expect(String(mesh?.matrix())).toBe(String(sidecars?.matrix()));
});

test('what becomes reachable without sidecars is denied', () => {
  const before = Traffic.of(manifestsOn(Mesh.istio(), bookinfo('all-v1')));
  const added = Traffic.diff(before, Traffic.of(ambient('all-v1'))).filter(each => each.includes('did not exist'));
  expect(added.filter(each => !each.includes('denied at'))).toEqual([]);
  expect(added.length).toBeGreaterThan(0);
});

test('requests are routed by version at the waypoint', () => {
  const productpage = (rules: BookinfoRules) => Traffic.of(ambient(rules)).from('productpage');
  productpage('all-v1').http(REVIEWS).expectRoutedTo('reviews-v1');
  productpage('jason-v2')
    .http(REVIEWS, { headers: { 'end-user': 'jason' } })
    .expectRoutedTo('reviews-v2');
  productpage('jason-v2')
    .http(REVIEWS, { headers: { 'end-user': 'mary' } })
    .expectRoutedTo('reviews-v1');
  productpage('half-v3').http(REVIEWS).expectSplit({ 'reviews-v1': 50, 'reviews-v3': 50 });
  expect(productpage('mirror-v3').http(REVIEWS).mirrors).toEqual(['bookinfo/reviews-v3']);
});

test('the Service of a single version is no way past the waypoint', () => {
  Traffic.of(ambient('all-v1')).from('productpage').http('GET http://reviews-v3:9080/').expectDenied();
});

test('the internet reaches the product page alone, and details the external books', () => {
  const traffic = Traffic.of(ambient('all-v1'));
  traffic.fromInternet('GET https://bookinfo.example/productpage').expectRoutedTo('productpage');
  traffic.fromInternet('GET https://bookinfo.example/metrics').expectDenied(404);
  expect(traffic.from('details').http('GET https://www.googleapis.com/').outcomes[0]?.destination).toBe(
    'www.googleapis.com',
  );
  traffic.from('ratings').http('GET https://www.googleapis.com/').expectDenied();
});

test.each([
  ['the boutique', boutique, 'boutique/frontend → productcatalogservice] It requires retries'],
  ['the sock shop', sockShop, 'sock-shop/user] It requires call policies that differ by caller'],
])('%s requires what has no field in an HTTPRoute, which is an error', (_, topology, finding) => {
  expect(() => manifestsOn(Mesh.ambient(), topology)).toThrow(finding);
});
