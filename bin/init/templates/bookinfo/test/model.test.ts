import { test } from 'node:test';
import { ClusterApp, TopologyChart } from 'cdk8s-cardinal';
import { Manifests, Traffic } from 'cdk8s-cardinal/testing';
import { mesh } from '../src/mesh';
import { shop } from '../src/model';

const chart = new TopologyChart(new ClusterApp(), 'bookinfo', { topology: shop, mesh });
const traffic = Traffic.of(Manifests.ofChart(chart));

test('the product page is public', () => {
  traffic.fromInternet('GET https://bookinfo.example/productpage').expectRoutedTo('productpage');
});

test('the product page gets reviews of version v1', () => {
  traffic.from('productpage').http('GET http://reviews:9080/reviews/0').expectRoutedTo('reviews-v1');
});

test('the product page may not call ratings', () => {
  traffic.from('productpage').http('GET http://ratings:9080/ratings/0').expectDenied();
});
