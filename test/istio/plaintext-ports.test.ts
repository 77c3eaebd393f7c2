import { Peer, Port, Topology } from '../../lib';
import { checkObjects } from '../../lib/checks';
import { allowedPeers, callsIntoTheMesh, plaintextPorts } from '../../lib/checks/graph';
import { Traffic } from '../../lib/testing';
import { endsOf } from '../testing/traffic/support';
import { manifestsOf } from '../support/manifests';
import { one, plain, type Rendered, render } from './support';

const REASON = 'MySQL sends first, and the old reports have no proxy';
const FROM_ANY = { source: { notPrincipals: ['*'] } };

/** `web` and `old`, which has no proxy, call `db`; `admin` calls its other port; `cli` none. */
function shopWith(namespace?: string): Topology {
  const shop = new Topology('shop');
  const db = plain(shop, 'db', {
    namespace,
    port: Port.tcp(3306),
    ports: [Port.http(8080)],
    portsWithoutMutualTls: [{ port: 3306, reason: REASON }],
  });
  plain(shop, 'web').calls(db);
  plain(shop, 'old', { inMesh: false }).calls(db);
  plain(shop, 'admin').calls(db, { port: 8080 });
  plain(shop, 'cli');
  db.allowFrom(Peer.cidrs('10.0.8.0/24'), { plaintext: true });
  return shop;
}

function reached(objects: readonly Rendered[], host: string): string[] {
  const traffic = Traffic.of(manifestsOf(objects));
  return ['web', 'old', 'admin', 'cli'].map(each => endsOf(traffic.from(`shop/${each}-v1`).tcp(host)));
}

describe('a port without mutual TLS', () => {
  const shop = shopWith();
  const objects = render(shop);

  test('has the mode DISABLE, and other ports keep that of the namespace', () => {
    expect(one(objects, 'PeerAuthentication', 'db').spec).toEqual({
      selector: { matchLabels: { app: 'db' } },
      mtls: { mode: 'STRICT' },
      portLevelMtls: { 3306: { mode: 'DISABLE' } },
    });
  });

  test('is allowed for callers without identities by one rule, and by its NetworkPolicy for these pods alone', () => {
    expect(one(objects, 'AuthorizationPolicy', 'db').spec.rules).toEqual([
      { from: [FROM_ANY], to: [{ operation: { ports: ['3306'] } }] },
      {
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/admin'] } }],
        to: [{ operation: { ports: ['8080'] } }],
      },
      {
        from: [{ source: { notPrincipals: ['*'], ipBlocks: ['10.0.8.0/24'] } }],
        to: [{ operation: { ports: ['3306'] } }],
      },
    ]);
    expect(reached(objects, 'db:3306')).toEqual(['db-v1', 'db-v1', '0', '0']);
  });

  test('is a warning with its reason', () => {
    expect(plaintextPorts(shop)).toEqual([
      {
        id: 'PlaintextPort',
        severity: 'warning',
        path: 'shop/db',
        message:
          `Port 3306 of db has no mutual TLS (${REASON}): its connections can be read and changed in the network, and `
          + 'every pod that a NetworkPolicy allows is allowed by the AuthorizationPolicy.',
        fix: 'Add the callers to the mesh and remove `portsWithoutMutualTls`, or accept the finding with the reason.',
      },
    ]);
    const found = checkObjects(objects as never).findings.filter(each => each.severity !== 'info');
    expect(found.map(each => `${each.id} ${each.message}`)).toEqual([]);
  });

  test('can be called without a proxy, and no other port can', () => {
    expect(callsIntoTheMesh(shop)).toEqual([]);
    const other = new Topology('other');
    const db = plain(other, 'db', {
      port: Port.tcp(3306),
      ports: [Port.tcp(3307, { name: 'admin' })],
      portsWithoutMutualTls: [{ port: 3306, reason: REASON }],
    });
    plain(other, 'old', { inMesh: false }).calls(db, { port: 3307 });
    expect(callsIntoTheMesh(other).map(each => each.id)).toEqual(['CallerOutsideMesh']);
  });

  test('cannot be opened for a ServiceAccount, which nothing proves there, without labels of its pods', () => {
    const ofOther = (props: { readonly port?: number; readonly podLabels?: Record<string, string> }) => {
      const { port, podLabels } = props;
      const topology = shopWith();
      const db = topology.services.find(each => each.name === 'db');
      db?.allowFrom(Peer.serviceAccount({ namespace: 'other', name: 'jobs', podLabels }), { port });
      return topology;
    };
    expect(allowedPeers(ofOther({}), true)).toMatchObject([
      { id: 'UnguardedCaller', message: expect.stringContaining('db has no mutual TLS there to verify') as string },
    ]);
    expect(allowedPeers(ofOther({ port: 8080 }), true)).toEqual([]);
    const labelled = ofOther({ podLabels: { app: 'jobs' } });
    expect(allowedPeers(labelled, true)).toEqual([]);
    expect(one(render(labelled), 'AuthorizationPolicy', 'db').spec.rules[0].from).toEqual([FROM_ANY]);
  });

  test('is denied to no pod by the policy for undeclared callers in a namespace that is not owned', () => {
    const theirs = render(shopWith('theirs'));
    expect(one(theirs, 'AuthorizationPolicy', 'db.undeclared-callers').spec.rules).toEqual([
      {
        from: [{ source: { notPrincipals: ['cluster.local/ns/shop/sa/admin'] } }],
        to: [{ operation: { notPorts: ['3306'] } }],
      },
      {
        from: [{ source: { principals: ['*'], notPrincipals: ['cluster.local/ns/shop/sa/admin'] } }],
        to: [{ operation: { ports: ['3306'] } }],
      },
    ]);
    expect(reached(theirs, 'db.theirs:3306')).toEqual(['db-v1', 'db-v1', '0', '0']);
  });

  test('is reached by a gateway without its identity', () => {
    const topology = shopWith();
    const db = topology.services.find(each => each.name === 'db');
    const edge = topology.addEdge('door', { host: 'db.example' });
    if (db) {
      edge.tcp(3306, db);
    }
    const rendered = render(topology);
    expect(JSON.stringify(one(rendered, 'AuthorizationPolicy', 'db').spec.rules)).not.toContain('door-istio');
  });
});
