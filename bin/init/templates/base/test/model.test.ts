import { test } from 'node:test';
import { ClusterApp, TopologyChart } from 'cdk8s-cardinal';
import { Manifests, Traffic } from 'cdk8s-cardinal/testing';
import { mesh } from '../src/mesh';
import { shop } from '../src/model';

const chart = new TopologyChart(new ClusterApp(), 'shop', { topology: shop, mesh });
const manifests = Manifests.ofChart(chart);
const traffic = Traffic.of(manifests);

test('pages need no token', () => {
  traffic.fromInternet('GET https://shop.example/').expectRoutedTo('web');
});

test('an order needs a token', () => {
  traffic.fromInternet('POST https://shop.example/orders').expectDenied();
});

test('a path without a route is not served', () => {
  traffic.fromInternet('GET https://shop.example/admin').expectDenied();
});

test('web may call orders, and orders may not call web', () => {
  traffic.from('web').http('GET http://orders/orders').expectRoutedTo('orders');
  traffic.from('orders').http('GET http://web/').expectDenied();
});

test('every Deployment has two replicas', () => {
  manifests.all('Deployment', { spec: { replicas: 2 } });
});
