import { sockShop } from '../../examples/sock-shop';
import { problemsOf } from '../support/schemas';
import { Example } from './support';

const example = new Example(sockShop);
const { objects, problems, traffic } = example;

test('every object is valid, and the checks find no error and no warning', () => {
  expect(problemsOf(objects)).toEqual([]);
  expect(problems).toEqual([]);
});

test('the objects of the Sock Shop', () => {
  expect(objects).toMatchSnapshot();
});

test('each database is reached by its own service only', () => {
  expect(example.callersOf('sock-shop/catalogue-db')).toEqual(['sock-shop/catalogue-v1']);
  expect(example.callersOf('sock-shop/carts-db')).toEqual(['sock-shop/carts-v1']);
  expect(example.callersOf('sock-shop/orders-db')).toEqual(['sock-shop/orders-v1']);
  expect(example.callersOf('sock-shop/user-db')).toEqual(['sock-shop/user-v1']);
  expect(example.callersOf('sock-shop/session-db')).toEqual(['sock-shop/front-end-v1']);
});

test('shipping writes to the queue, and the queue master reads from it', () => {
  expect(example.callersOf('sock-shop/rabbitmq')).toEqual(['sock-shop/queue-master-v1', 'sock-shop/shipping-v1']);
});

test('an order is placed at the front end, which calls the orders', () => {
  traffic.fromInternet('POST https://socks.example/orders').expectRoutedTo('front-end');
  const order = traffic.from('front-end').http('POST http://orders/orders');
  order.expectRoutedTo('orders');
  expect([order.timeout, order.retries]).toEqual([10_000, 0]);
});

test('the front end cannot reach the payment', () => {
  traffic.from('front-end').http('POST http://payment/paymentAuth').expectDenied();
});
