import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageOf } from '../lib/analysis';
import { cardinal } from '../test/support/command';
import { meshed, policy, server } from '../test/support/mesh-manifests';
import { Browser } from './chromium';

const folder = mkdtempSync(join(tmpdir(), 'cardinal-page-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ONLY_WEB =
  '[{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}], to: [{operation: {methods: [POST]}}]}]';
const NOWHERE = '[{from: [{source: {namespaces: [nowhere]}}]}]';
const before = fileOf('before.yaml', meshed('shop', 'bank') + server('shop', 'web') + server('bank', 'pay'));
const after = fileOf(
  'after.yaml',
  meshed('shop', 'bank')
    + server('shop', 'web')
    + policy('shop', 'web', NOWHERE)
    + server('bank', 'pay')
    + policy('bank', 'pay', ONLY_WEB)
    + server('bank', 'log'),
);
const urlOf = (...args: string[]) => {
  const { stdout } = cardinal('graph', ...args, '--format', 'html');
  return `file://${fileOf('page.html', stdout)}`;
};
const text = (id: string) => `document.getElementById('${id}').innerText`;
const titles = '[...document.querySelectorAll("#list button")].map(each => each.firstChild.data)';
const click = (selector: string, label: string) =>
  `[...document.querySelectorAll('${selector}')].find(each => each.textContent === '${label}').click()`;
const type = (id: string, value: string) =>
  `(each => { each.value = '${value}'; each.dispatchEvent(new Event('input')); })(document.getElementById('${id}'))`;

test('a page shows callers, objects, findings and requests of a service, and loads nothing else', () =>
  Browser.with(async browser => {
    const url = urlOf(after);
    await browser.goTo(url);
    expect(await browser.run(titles)).toEqual(['bank/log', 'bank/pay', 'shop/web']);
    expect(await browser.run(text('list'))).toMatch(/shop\/web 2 errors/);

    await browser.run(
      `document.querySelector('[data-node="1"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
    );
    const details = await browser.run<string>(text('details'));
    expect(details).toMatch(/^bank\/pay\n[^]*Callers\nshop\/web\n:8080 · 2 retries · some requests/);
    expect(details).toMatch(/AuthorizationPolicy bank\/pay\n\S*after\.yaml:\d+/);

    await browser.run(click('#details .link', 'shop/web → POST http://pay.bank:80/'));
    expect(await browser.run(text('details'))).toMatch(/Step 1 of 2[^]*It arrives\./);
    await browser.run(click('#details button', 'Next'));
    expect(await browser.run(text('details'))).toContain('Step 2 of 2');
    expect(await browser.run(`document.querySelector('.step').dataset.node`)).toBe('1');

    await browser.run(click('#tabs button', 'Findings'));
    expect(await browser.run(text('table'))).toContain('nowhere');
    expect(browser.problems).toEqual([]);
    expect(browser.loaded).toEqual([url]);
  }));

test('search and the namespace filter the list and the drawing', () =>
  Browser.with(async browser => {
    await browser.goTo(urlOf(after));
    await browser.run(type('search', 'LOG'));
    expect(await browser.run(titles)).toEqual(['bank/log']);
    expect(await browser.run(`document.querySelectorAll('.node:not(.hidden)').length`)).toBe(1);
    await browser.run(type('search', ''));
    await browser.run(type('namespace', 'shop'));
    expect(await browser.run(titles)).toEqual(['shop/web']);
  }));

test('all of it works by keyboard', () =>
  Browser.with(async browser => {
    await browser.goTo(urlOf(after));
    await browser.press('/');
    expect(await browser.run('document.activeElement.id')).toBe('search');
    await browser.run(`document.querySelector('#list button').focus()`);
    await browser.press('Enter');
    expect(await browser.run('document.activeElement.id')).toBe('details');
    expect(await browser.run(text('details'))).toMatch(/^bank\/log/);
    await browser.run(`document.getElementById('graph').focus()`);
    await browser.press('+');
    await browser.press('ArrowRight');
    await browser.run('new Promise(done => setTimeout(done, 500))');
    expect(await browser.run(`document.querySelector('.canvas').style.transform`)).toMatch(
      /scale\(1\.\d+\) translate\(-/,
    );
    await browser.press('Escape');
    expect(await browser.run(text('details'))).toMatch(/^Choose a service/);
    await browser.run(`document.querySelector('#tabs [aria-selected=true]').focus()`);
    await browser.press('ArrowRight');
    expect(await browser.run('document.activeElement.textContent')).toBe('Findings');
  }));

test('every control has a name and a role for screen readers', () =>
  Browser.with(async browser => {
    await browser.goTo(urlOf(after));
    const { nodes } = await browser.send('Accessibility.getFullAXTree', {});
    const found = (nodes as { ignored: boolean; role?: { value: string }; name?: { value: string } }[])
      .filter(each => !each.ignored)
      .map(each => [each.role?.value, each.name?.value]);
    const controls = found.filter(([role = '']) =>
      ['button', 'searchbox', 'combobox', 'tab', 'img', 'image'].includes(role),
    );
    expect(controls.length).toBeGreaterThan(10);
    expect(controls.filter(([, name = '']) => name === '')).toEqual([]);
    expect(found).toContainEqual([expect.stringMatching(/^(img|image)$/), expect.stringMatching(/^Traffic of /)]);
  }));

test('a comparison shows what was before, what is after, and both', () =>
  Browser.with(async browser => {
    await browser.goTo(urlOf(after, '--before', before));
    expect(await browser.run(titles)).toContain('bank/log');
    expect(await browser.run(text('list'))).toMatch(/bank\/log .*added/);
    await browser.run(type('side', 'before'));
    expect(await browser.run(titles)).not.toContain('bank/log');
    await browser.run(click('#tabs button', 'Changes'));
    expect(await browser.run(text('table'))).toContain('restricted: shop/web → bank/pay:8080');
  }));

test('names in manifests cannot become markup', () =>
  Browser.with(async browser => {
    const host = '"</script><img src=x onerror=window.isHarmed=1>.example"';
    const entry = `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: a, namespace: shop}
spec: {hosts: [${host}], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
`;
    await browser.goTo(urlOf(fileOf('hostile.yaml', meshed('shop') + server('shop', 'web') + entry)));
    const names = await browser.run<string[]>(titles);
    expect(names.find(each => each.includes('<img'))).toBeDefined();
    for (const name of ['0', '1']) {
      await browser.run(
        `document.querySelector('[data-node="${name}"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
      );
    }
    expect(await browser.run(`[window.isHarmed ?? 0, document.querySelectorAll('img').length]`)).toEqual([0, 0]);
  }));

test('arrows of services that all call each other are those of the chosen one', () =>
  Browser.with(async browser => {
    const names = Array.from({ length: 30 }, (_, index) => `service-${index}`);
    const dense = fileOf('dense.yaml', meshed('shop') + names.map(each => server('shop', each)).join(''));
    const arrows = `[...document.querySelectorAll('.call')].filter(each => getComputedStyle(each).display !== 'none').length`;
    await browser.goTo(urlOf(dense));
    expect(await browser.run(arrows)).toBe(0);
    expect(await browser.run(`document.querySelector('.bundle').textContent`)).toMatch(
      /^all 30 services call each other/,
    );
    await browser.run(
      `document.querySelector('[data-node="0"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))`,
    );
    // To and from 29 others, and to itself.
    expect(await browser.run(arrows)).toBe(59);
  }));

test('a page of 1,000 services and 3,000 calls needs less than 3 s of its thread to open', () =>
  Browser.with(async browser => {
    const nodes = Array.from({ length: 1000 }, (_, index) => ({
      id: `Service n${index % 20}/s${index}`,
      label: `s${index}`,
      kind: 'service' as const,
      namespace: `n${index % 20}`,
      versions: ['v1', 'v2'].map(label => ({ workload: `n${index % 20}/s${index}-${label}`, label, shares: [0.9] })),
      findings: [],
      objects: ['Service', 'Deployment', 'VirtualService', 'DestinationRule', 'AuthorizationPolicy'].map(kind => ({
        title: `${kind} n${index % 20}/s${index}`,
        place: { file: 'dist/5-workloads.yaml', line: index, column: 1 },
        difference: 'same' as const,
      })),
      difference: 'same' as const,
    }));
    const calls = nodes.flatMap(({ id }, index) =>
      [1, 7, 32].map(step => ({
        from: id,
        to: nodes[(index + step) % nodes.length]?.id ?? '',
        terms: [':8080', 'v1 90%, v2 10%', 'timeout 2 s'],
        isUnconditional: true,
        caller: '',
        requests: [],
        difference: 'same' as const,
      })),
    );
    const page = pageOf({ nodes, calls }, { title: 'Traffic', requests: [], isComparison: false, changes: [] });
    await browser.send('Performance.enable', { timeDomain: 'threadTicks' });
    await browser.goTo(`file://${fileOf('large.html', page)}`);
    const { metrics } = await browser.send('Performance.getMetrics', {});
    const taken = (metrics as { name: string; value: number }[]).find(({ name }) => name === 'TaskDuration')?.value;
    expect(taken).toBeLessThan(3);
    expect(await browser.run(titles)).toHaveLength(1000);
  }));
