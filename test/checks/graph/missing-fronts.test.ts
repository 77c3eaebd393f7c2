import { checkFronts, Front, Port, Topology } from '../../../lib';
import { azureApiManagement, googleApiGateway } from '../../../lib/openapi';
import { declared, httpTemplate, restTemplate, webSocketTemplate } from '../../aws/support';
import { frontSubnets, httpFront, restFront, webSocketFront } from '../../support/fronts';

const googleFront = Front.googleApiGateway();
const azureFront = Front.azureApiManagement({ addresses: frontSubnets });
const ids = (topology: Topology, artifacts: readonly object[]) => checkFronts(topology, artifacts).map(each => each.id);

/** The artifacts of an edge with this front. */
function made(front: Front): object {
  const { edge, web } = declared({ front });
  edge.route('POST /', web);
  return front === httpFront
    ? (httpTemplate(edge).toJSON() as object)
    : front === restFront
      ? (restTemplate(edge).toJSON() as object)
      : front === webSocketFront
        ? (webSocketTemplate(edge, { $default: 'POST /' }).toJSON() as object)
        : front === googleFront
          ? googleApiGateway(edge)
          : azureApiManagement(edge);
}

const fronts: [string, Front][] = [
  ['an HTTP API', httpFront],
  ['a REST API', restFront],
  ['a WebSocket API', webSocketFront],
  ["Google's API Gateway", googleFront],
  ['Azure API Management', azureFront],
];

test.each(fronts)('%s is found among all artifacts, and nothing else', (_name, front) => {
  const { topology } = declared({ front });
  const all = fronts.map(([, each]) => made(each));
  const others = fronts.filter(([, each]) => each !== front).map(([, each]) => made(each));

  expect(ids(topology, all)).toEqual([]);
  expect(ids(topology, others)).toEqual(['MissingFront']);
  expect(ids(topology, [])).toEqual(['MissingFront']);
  expect(ids(declared({ front: undefined }).topology, [made(front)])).toEqual(['UndeclaredFront']);
});

test('an API in front of another host is not the front of the edge', () => {
  const topology = new Topology('blog');
  const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
  topology.addEdge('door', { host: 'blog.example', front: httpFront }).route('GET /', web);

  expect(ids(topology, [made(httpFront), made(restFront), made(googleFront), made(azureFront)])).toEqual([
    'MissingFront',
  ]);
});

test('the messages name what is declared and what there is', () => {
  const { topology } = declared({ front: restFront });

  expect(checkFronts(topology, []).map(each => each.message)).toEqual([
    'The edge declares a REST API as its front, and none forwards requests to it.',
  ]);
  expect(checkFronts(topology, [made(httpFront)]).map(each => each.message)).toEqual([
    'The edge declares a REST API as its front, and an HTTP API is in front of it.',
  ]);
});

test('a front of another vendor is not verified, which is a finding for information', () => {
  const front = Front.of({ name: 'a proxy', capabilities: [], addresses: frontSubnets });
  const { topology } = declared({ front });

  expect(checkFronts(topology, [made(httpFront)])).toEqual([
    expect.objectContaining({ id: 'UnverifiedFront', severity: 'info', path: 'shop/door' }),
  ]);
});

test('an edge without a front, and templates of other things, are no finding', () => {
  expect(
    ids(declared({ front: undefined }).topology, [{}, { Resources: { A: null } }, { Resources: { A: { Type: 'X' } } }]),
  ).toEqual([]);
});
