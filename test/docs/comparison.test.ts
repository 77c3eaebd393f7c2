import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, TopologyChart } from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';

const ROOT = join(__dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/comparison.md'), 'utf8');
/** The last cell of a row: what the page states about this package. */
const stated = (row: string) =>
  page
    .split('\n')
    .find(line => line.startsWith(`| ${row}`))
    ?.split('|')
    .at(-2)
    ?.trim();

const chart = new TopologyChart(new ClusterApp(), 'boutique', { topology: boutique, mesh: Mesh.istio() });
const traffic = Traffic.of(Manifests.ofChart(chart));

test('the model has as many lines as the page states', () => {
  const source = readFileSync(join(ROOT, 'bin/boutique.ts'), 'utf8');
  const lines = source.split('\n').filter(line => !/^\s*(\/\/.*|\/?\*.*)?$/.test(line));

  expect(stated('written by people')).toBe(`${lines.length} lines of TypeScript`);
});

test('it renders as many objects as the page states', () => {
  expect(stated('rendered')).toBe(`${Testing.synth(chart).length} objects`);
});

test('the pairs that can connect are the declared calls, as many as the page states', () => {
  const matrix = traffic.matrix();
  const names = boutique.services.map(({ name }) => name);
  const pairs = names.flatMap(caller =>
    names.filter(callee => matrix.has(`boutique/${caller}-v1`, `boutique/${callee}-v1`)),
  );

  expect(stated('pairs of caller and callee')).toMatch(new RegExp(`^${pairs.length}, those`));
  expect(pairs).toHaveLength(boutique.services.flatMap(({ outgoingCalls }) => outgoingCalls).length);
});

test('only the gateway and the load generator reach the frontend', () => {
  traffic.from('emailservice').http('GET http://frontend/').expectDenied();
  traffic.from('loadgenerator').http('GET http://frontend/').expectRoutedTo('frontend');
});

test('an operation of another caller is denied', () => {
  traffic.from('checkoutservice').grpc('cartservice', 'AddItem').expectDenied(403);
  traffic.from('frontend').grpc('cartservice', 'AddItem').expectRoutedTo('cartservice');
});

test('a payment has the timeout and retries that the page states', () => {
  const charge = traffic.from('checkoutservice').grpc('paymentservice', 'Charge');

  expect([charge.timeout, charge.retries]).toEqual([3000, 2]);
  expect(charge.explain()).toContain('per-try timeout 900 ms, on connect-failure, refused-stream\n');
});
