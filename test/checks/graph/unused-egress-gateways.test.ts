import { unusedEgressGateways } from '../../../lib/checks/graph';
import { Port, Topology } from '../../../lib';
import { plain } from '../../istio/support';

test('an egress gateway through which no service calls an external one is an error', () => {
  const shop = new Topology('shop');
  const [used, empty] = [shop.addEgressGateway('used'), shop.addEgressGateway('empty')];
  const [bank] = [used, empty].map((egressGateway, index) =>
    shop.addExternalService(`e${index}`, { host: `e${index}.example`, port: Port.tls(443), egressGateway }),
  );
  if (bank) {
    plain(shop, 'web').calls(bank);
  }

  expect(unusedEgressGateways(shop)).toEqual([
    expect.objectContaining({ id: 'UnusedEgressGateway', severity: 'error', path: 'shop/empty' }),
  ]);
});
