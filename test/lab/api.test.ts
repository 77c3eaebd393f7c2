import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Api } from '../../lab/api';
import { SERVER_CERTIFICATE, SERVER_KEY } from '../support/certificates';

/** How requests are answered, in their order: with events, and then an end or a reset, which may be all. */
const ANSWERS = [
  { events: ['1'], isReset: false },
  { events: [], isReset: true },
  { events: ['2'], isReset: true },
  { events: ['3'], isReset: false },
];

let server: Server;
let api: Api;
let requested: (string | null)[];
let connections: Socket[];
let answers: typeof ANSWERS;

beforeEach(async () => {
  requested = [];
  connections = [];
  answers = [];
  server = createServer({ key: SERVER_KEY, cert: SERVER_CERTIFICATE }, (request, response) => {
    const { events, isReset } = answers[requested.length] ?? { events: [], isReset: false };
    requested.push(new URL(request.url ?? '', 'https://localhost').searchParams.get('resourceVersion'));
    if (isReset && events.length === 0) {
      request.socket.destroy();
      return;
    }
    const lines = events.map(resourceVersion =>
      JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion } } }),
    );
    response.write(lines.map(each => `${each}\n`).join(''), () => {
      if (isReset) {
        request.socket.destroy();
      } else {
        response.end();
      }
    });
  });
  server.on('connection', (socket: Socket) => connections.push(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  api = new Api(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, 'token');
});

afterEach(async () => {
  api.close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

test('a watch goes on after the last event when its response ends or is reset, until it is closed', async () => {
  answers = ANSWERS;
  const events: string[] = [];
  await new Promise<void>(resolve => {
    api.watch('/api/v1/pods', (type, { metadata }) => {
      events.push(`${type} ${metadata.resourceVersion}`);
      if (events.length === 3) {
        resolve();
      }
    });
  });
  api.close();
  await new Promise(resolve => setTimeout(resolve, 300));

  expect(events).toEqual(['ADDED 1', 'ADDED 2', 'ADDED 3']);
  expect(requested).toEqual([null, '1', '1', '2']);
});

test.each<[string, (connection: Socket, request: () => void) => void]>([
  [
    'reset',
    (connection, request) => {
      connection.resetAndDestroy();
      request();
    },
  ],
  [
    'ended and reset',
    (connection, request) => {
      connection.end(() => {
        connection.resetAndDestroy();
        request();
      });
    },
  ],
])('a request on an idle connection that the API server has %s is sent again', async (_how, close) => {
  await api.get('/first');
  const [idle] = connections;
  const answer = new Promise((resolve, reject) => {
    if (idle) {
      close(idle, () => {
        api.post('/second', {}).then(resolve, reject);
      });
    }
  });

  await expect(answer).resolves.toBeDefined();
  expect(requested).toHaveLength(2);
  expect(connections).toHaveLength(2);
});
