import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinal } from '../support/command';
import { deployment, meshed, PAY_ROUTES, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const WEB = deployment('shop', 'web');
const shop =
  meshed('shop')
  + WEB
  + server('shop', 'pay', 'v1')
  + deployment('shop', 'pay', 'v2')
  + PAY_ROUTES
  + policy('shop', 'pay', '[{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]');
const file = write('shop.yaml', shop);
const graph = (...args: string[]) => cardinal('graph', ...args);

test('Mermaid has a group for each namespace, and a call with its port, share, timeout and retries', () => {
  expect(graph(file, '--no-findings')).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      'flowchart LR',
      '  subgraph g0["shop"]',
      '    n0["pay-v1"]',
      '    n1["pay-v2"]',
      '    n2["web"]',
      '  end',
      '  n2 -->|":8080<br/>90%<br/>timeout 2 s"| n0',
      '  n2 -->|":8080<br/>10%<br/>timeout 2 s"| n1',
      '  classDef error stroke:#b00020,stroke-width:3px',
      '  classDef warning stroke:#b26a00,stroke-width:3px',
      '',
    ].join('\n'),
  });
});

test('DOT has the same', () => {
  expect(graph(file, '--no-findings', '--format', 'dot').stdout).toBe(
    [
      'digraph traffic {',
      '  rankdir=LR;',
      '  node [shape=box, fontname="sans-serif"];',
      '  edge [fontname="sans-serif", fontsize=10];',
      '  subgraph cluster_0 {',
      '    label="shop";',
      '    "shop/pay-v1" [label="pay-v1"];',
      '    "shop/pay-v2" [label="pay-v2"];',
      '    "shop/web" [label="web"];',
      '  }',
      '  "shop/web" -> "shop/pay-v1" [label=":8080\\n90%\\ntimeout 2 s"];',
      '  "shop/web" -> "shop/pay-v2" [label=":8080\\n10%\\ntimeout 2 s"];',
      '}',
      '',
    ].join('\n'),
  );
});

const some = write(
  'some.yaml',
  meshed('shop') + WEB + server('shop', 'pay') + policy('shop', 'pay', '[{to: [{operation: {paths: [/a]}}]}]'),
);

test('calls of which some requests are allowed are dashed', () => {
  expect(graph(some, '--no-findings').stdout).toContain('  n1 -.->|":8080<br/>');
  expect(graph(some, '--no-findings', '--format', 'dot').stdout).toMatch(/some requests", style=dashed\];\n/);
});

const broken = write('broken.yaml', `${shop}${policy('shop', 'web', '[{from: [{source: {namespaces: [nowhere]}}]}]')}`);

test('a workload has the findings about it, its Services and its policies', () => {
  const report = JSON.parse(graph(broken, '--format', 'json').stdout) as {
    groups: { name: string; nodes: { id: string; errors: number; warnings: number }[] }[];
  };
  const web = report.groups[0]?.nodes.find(({ id }) => id === 'shop/web');
  const marked = (web?.errors ?? 0) > 0 ? 'error' : 'warning';

  expect((web?.errors ?? 0) + (web?.warnings ?? 0)).toBeGreaterThan(0);
  expect(graph(broken).stdout).toMatch(new RegExp(`\\["web<br/>.*${marked}s?"\\]:::${marked}\\n`));
  expect(graph(broken, '--format', 'dot').stdout).toMatch(/"shop\/web" \[label="web\\n.*", color="#b/);
  expect(graph(broken, '--no-findings').stdout).not.toContain(':::');
});

test('the internet and hosts outside are in no namespace', () => {
  const text = `${meshed('shop')}${WEB}---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec: {hosts: [bank.example], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
`;
  expect(graph(write('outside.yaml', text), '--no-findings').stdout).toMatch(
    /^flowchart LR\n {2}n0\["bank\.example"\]\n {2}subgraph g1\["shop"\]\n/,
  );
});

test('names cannot become markup', () => {
  const host = '"a\\"];x|<b>`\\n"';
  const text = `${meshed('shop')}${WEB}---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec: {hosts: [${host}], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
`;
  const named = write('named.yaml', text);
  expect(graph(named, '--no-findings').stdout).toContain('["a#34;#93;#59;x#124;#60;b#62;#96;#92;u#123;a#125;');
  expect(graph(named, '--no-findings', '--format', 'dot').stdout).toContain('"a\\"];x|<b>`\\\\u{a}');
});

test('what cannot be read is an error, with 2', () => {
  expect(graph(join(folder, 'none.yaml'))).toMatchObject({ status: 2, stdout: '' });
});

test('svg is an image by itself, and html a page with the requests of the calls', () => {
  expect(graph(file, '--format', 'svg').stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
  const { status, stdout, stderr } = graph(file, '--format', 'html');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(stdout)?.[1] ?? '') as {
    requests: {
      title: string;
      arrives: boolean;
      steps: { text: string; objects: { title: string; place: string }[] }[];
    }[];
  };
  const [request] = data.requests;
  expect(request).toMatchObject({ title: 'shop/web → GET http://pay.shop:80/', arrives: true });
  expect(request?.steps[0]).toEqual({
    text: 'routed by VirtualService shop/pay (spec.http[0])',
    objects: [
      { title: 'VirtualService shop/pay (spec.http[0])', place: expect.stringMatching(/shop\.yaml:\d+$/) as string },
    ],
  });
});

test('a call of which policies allow some operations has a request that they allow', () => {
  expect(graph(some, '--format', 'html').stdout).toContain(
    '"title":"shop/web → GET http://pay.shop:80/a","arrives":true',
  );
});

test('--before compares, with the changes that diff has', () => {
  const page = graph(file, '--before', some, '--format', 'html').stdout;
  expect(page).toContain('"isComparison":true');
  expect(page).toMatch(/"changes":\["opened: shop\/web → shop\/pay-v1:8080: no request → all requests/);
  expect(page).toContain('"title":"shop/web → GET http://pay.shop:80/a"');
  expect(graph(file, '--before', some, '--format', 'svg').stdout).toContain('class="call changed"');
});

test('--before is for one svg or html', () => {
  expect(graph(file, '--before', some)).toMatchObject({ status: 2, stdout: '' });
  expect(graph(file, some, '--before', some, '--format', 'svg')).toMatchObject({ status: 2, stdout: '' });
  expect(graph('--before', some, '--format', 'svg').stderr).toContain('With --before give one file');
});
