import { bookinfo, type BookinfoRules } from '../../examples/bookinfo';
import { problemsOf } from '../support/schemas';
import { Example } from './support';

const RULES: BookinfoRules[] = ['all-v1', 'jason-v2', 'half-v3', 'mirror-v3'];
const exampleOf = (rules: BookinfoRules) => new Example(bookinfo(rules));
const trafficOf = (rules: BookinfoRules) => exampleOf(rules).traffic;
const REVIEWS = 'GET http://reviews:9080/reviews/0';

test.each(RULES)('with %s every object is valid, and the checks find no error and no warning', rules => {
  const { objects, problems } = exampleOf(rules);
  expect(problemsOf(objects)).toEqual([]);
  expect(problems).toEqual([]);
});

test('the objects of Bookinfo', () => {
  expect(exampleOf('jason-v2').objects).toMatchSnapshot();
});

test('with all-v1 every request for reviews is routed to v1', () => {
  trafficOf('all-v1').from('productpage').http(REVIEWS).expectRoutedTo('reviews-v1');
});

test('with jason-v2 only the requests of jason are routed to v2', () => {
  const productpage = trafficOf('jason-v2').from('productpage');
  productpage.http(REVIEWS, { headers: { 'end-user': 'jason' } }).expectRoutedTo('reviews-v2');
  productpage.http(REVIEWS, { headers: { 'end-user': 'mary' } }).expectRoutedTo('reviews-v1');
});

test('with half-v3 half of the requests are routed to v3', () => {
  trafficOf('half-v3').from('productpage').http(REVIEWS).expectSplit({ 'reviews-v1': 50, 'reviews-v3': 50 });
});

test('with mirror-v3 every request is copied to v3', () => {
  const result = trafficOf('mirror-v3').from('productpage').http(REVIEWS);
  result.expectRoutedTo('reviews-v1');
  expect(result.mirrors).toEqual(['bookinfo/reviews-v3']);
});

test('the product page is the only service that the internet reaches, and only by its pages', () => {
  const traffic = trafficOf('all-v1');
  traffic.fromInternet('GET https://bookinfo.example/productpage').expectRoutedTo('productpage');
  traffic.fromInternet('GET https://bookinfo.example/api/v1/products/0/reviews').expectRoutedTo('productpage');
  traffic.fromInternet('GET https://bookinfo.example/metrics').expectDenied(404);
  expect(
    traffic
      .matrix()
      .reaches.filter(each => each.from === 'internet')
      .map(each => each.to),
  ).toEqual(['bookinfo/productpage-v1:9080']);
});

test('only the ratings reach the database, and only the details the external books', () => {
  const example = exampleOf('all-v1');
  expect(example.callersOf('bookinfo/mongodb')).toEqual(['bookinfo/ratings-v1']);
  expect(example.callersOf('www.googleapis.com')).toEqual(['bookinfo/details-v1']);
});
