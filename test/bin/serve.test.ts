import { rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { serverOf } from '../../bin/commands/serve';
import { ServedPage } from '../../bin/commands/served-page';
import { cardinal } from '../support/command';
import { meshed, server as serverYaml } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const file = join(folder, 'shop.yaml');
const SHOP = meshed('shop') + serverYaml('shop', 'web') + serverYaml('shop', 'pay');
writeFileSync(file, SHOP);
const VALUES = { namespaceLabel: [], denyingAuthorizer: [], build: false, findings: false, port: '0' };
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(each => each.close()));

async function started(): Promise<number> {
  const server = serverOf(new ServedPage([folder], VALUES));
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, method, headers, host: '127.0.0.1', agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', each => (text += String(each)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject).end();
  });
}

test('the page has the manifests, under the names of this machine', async () => {
  const port = await started();
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
    const { status, text } = await get(port, '/', { host });
    expect([status, text]).toEqual([200, expect.stringContaining('"id":"Service shop/pay"')]);
  }
});

test.each(['evil.example', 'evil.example:PORT', '127.0.0.1', 'localhost', '127.0.0.1:1', '0.0.0.0:PORT', '[::1]:PORT'])(
  'a request with the Host header %s is rejected, as after DNS rebinding',
  async host => {
    const port = await started();
    for (const path of ['/', '/version', '/route?from=shop/web&to=pay']) {
      const { status, text } = await get(port, path, { host: host.replace('PORT', String(port)) });
      expect([status, text]).toEqual([421, `This server is http://127.0.0.1:${port}/ alone.\n`]);
    }
  },
);

test.each(['cross-site', 'same-site'])('a request of a page of another site (%s) is rejected', async site => {
  const port = await started();
  expect((await get(port, '/route?from=shop/web&to=pay', { 'sec-fetch-site': site })).status).toBe(403);
  expect((await get(port, '/', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async method => {
  expect((await get(await started(), '/', {}, method)).status).toBe(405);
});

test.each(['/shop.yaml', '/../shop.yaml', '/%2e%2e/shop.yaml', '//etc/passwd', '/route/'])(
  'no files are served: %s',
  async path => {
    expect((await get(await started(), path)).status).toBe(404);
  },
);

test('an error of the server is answered, without what it contains', async () => {
  const page = new ServedPage([folder], VALUES);
  jest.spyOn(page, 'html').mockImplementation(() => {
    throw new Error('secret');
  });
  const server = serverOf(page);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { status, text } = await get((server.address() as AddressInfo).port, '/');
  expect([status, text]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(printed).toHaveBeenCalledWith(expect.stringContaining('secret'));
  printed.mockRestore();
});

test('no other page can read or frame what is served, and nothing is stored', async () => {
  const { headers } = await get(await started(), '/');
  expect(headers).toMatchObject({
    'content-security-policy': "frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

test('a request is explained as by route', async () => {
  const port = await started();
  const { text } = await get(port, '/route?from=shop/web&to=pay:80/a&method=POST&header=a=b&claim=');
  expect(JSON.parse(text)).toEqual({
    request: {
      title: 'shop/web → POST http://pay:80/a',
      arrives: true,
      steps: [
        {
          text: 'default route to Service shop/pay',
          objects: [expect.objectContaining({ title: 'Service shop/pay' })],
        },
        { text: '100% routed to shop/pay:8080 with path /a', objects: [] },
      ],
      terms: expect.any(Array) as unknown[],
    },
  });
});

test.each([
  ['from=shop/none&to=pay', 'No workload or Service has the name shop/none'],
  ['from=shop/web&to=', '--to  is not a host'],
  ['to=pay', 'No workload or Service has the name '],
  ['from=shop/web&to=pay&header=a', '--header a is not of the form NAME=VALUE.'],
  ['from=shop/web&to=pay&method=1', '--method 1 is not a method of HTTP'],
])('a request that cannot be explained is an error: %s', async (query, error) => {
  const { status, text } = await get(await started(), `/route?${query}`);
  expect([status, JSON.parse(text)]).toEqual([200, { error: expect.stringContaining(error) as string }]);
});

test('a changed file is read again, and an error shown until it is corrected', async () => {
  const port = await started();
  const first = (await get(port, '/version')).text;
  expect((await get(port, '/version')).text).toBe(first);

  writeFileSync(join(folder, 'cart.yaml'), serverYaml('shop', 'cart').slice(4));
  expect((await get(port, '/version')).text).not.toBe(first);
  expect((await get(port, '/')).text).toContain('"id":"Service shop/cart"');

  writeFileSync(join(folder, 'cart.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: {name: <b>, : }\n  x: [');
  const broken = (await get(port, '/')).text;
  expect(broken).toContain('The manifests cannot be read');
  expect(broken).not.toContain('<b>');
  expect(JSON.parse((await get(port, '/route?from=shop/web&to=pay')).text)).toHaveProperty('error');

  rmSync(join(folder, 'cart.yaml'));
  expect((await get(port, '/')).text).toContain('"id":"Service shop/pay"');
});

test('what cannot be read at first, the standard input and a wrong port exit with 2', () => {
  expect(cardinal('serve', join(folder, 'none'))).toMatchObject({ status: 2, stdout: '' });
  expect(cardinal('serve', '-').stderr).toContain('give files or folders');
  expect(cardinal('serve', folder, '--port', '70000').stderr).toBe('--port 70000 is not a port, from 0 to 65535.\n');
});

test('a port that is in use exits with 2', async () => {
  const other = createServer();
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(cardinal('serve', folder, '--port', String(port)).status).resolves.toBe(2);
  other.close();
});
