import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverOf } from '../bin/commands/serve';
import { ServedPage } from '../bin/commands/served-page';
import { meshed, server as serverYaml } from '../test/support/mesh-manifests';
import { Browser } from './chromium';

const folder = mkdtempSync(join(tmpdir(), 'cardinal-served-'));
const file = join(folder, 'shop.yaml');
const SHOP = meshed('shop') + serverYaml('shop', 'web');
const VALUES = { namespaceLabel: [], denyingAuthorizer: [], build: false, findings: true, port: '0' };
writeFileSync(file, SHOP);
const server = serverOf(new ServedPage([folder], VALUES));
beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

test('a page follows the files, keeps what is chosen, and explains requests that are entered', () =>
  Browser.with(async browser => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const until = (condition: string) => browser.waitFor(`document.readyState === 'complete' && ${condition}`, 60_000);
    await browser.goTo(`${url}#${encodeURIComponent('Service shop/web')}`);
    await until(`document.querySelector('#details h2')?.textContent === 'shop/web'`);

    writeFileSync(file, SHOP + serverYaml('shop', 'pay'));
    await until(`[...document.querySelectorAll('#list button')].some(each => each.innerText.startsWith('shop/pay'))`);
    await until(`document.querySelector('#details h2')?.textContent === 'shop/web'`);

    await browser.run(
      `[...document.querySelectorAll('#tabs button')].find(each => each.textContent === 'Requests').click()`,
    );
    await browser.run(`document.querySelector('[aria-label=From]').value = 'shop/web'`);
    await browser.run(`document.querySelector('[aria-label=To]').value = 'pay:80/charge'`);
    await browser.run(`document.querySelector('form').requestSubmit()`);
    await until(`document.getElementById('details').innerText.includes('routed to shop/pay:8080 with path /charge')`);
    await browser.run(`document.querySelector('[aria-label=To]').value = ''`);
    await browser.run(`document.querySelector('form').requestSubmit()`);
    await until(`document.querySelector('[role=alert]').textContent.includes('is not a host')`);
    expect(browser.problems).toEqual([]);

    writeFileSync(file, 'kind: [');
    await until(`document.body.innerText.includes('The manifests cannot be read')`);
    writeFileSync(file, SHOP);
    await until(`document.querySelector('#count')?.textContent.startsWith('1 service')`);
    expect(browser.loaded.every(each => each.startsWith(url))).toBe(true);
  }));
