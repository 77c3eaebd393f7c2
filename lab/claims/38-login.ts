import assert from 'node:assert/strict';
import { Auth, Port, Topology } from '../../lib';
import { tlsSecret } from '../certificates';
import { claim } from '../claims';
import { StandaloneGateway } from '../standalone-gateway';

const provider = 'https://login.lab.example';
const topology = new Topology('login');
const edge = topology.addEdge('pages', { host: 'pages.lab.example', tlsSecret: 'pages-tls' });
const web = topology.addService('web', { image: 'web', port: Port.http(8080) });
edge.route('GET /account/*', web, {
  auth: Auth.oidc({
    issuer: provider,
    endpoints: { authorization: `${provider}/authorize`, token: `${provider}/token` },
    clientId: 'pages',
    clientSecret: 'pages-login',
    scopes: ['email'],
    cookieNames: { accessToken: 'pages-access', idToken: 'pages-id' },
  }),
});
edge.route('GET /*', web);

const secret = (name: string, namespace: string, entry: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: { [entry]: Buffer.from('a secret of thirty-two characters').toString('base64') },
});

claim(
  'Envoy Gateway redirects users without a session to the provider, and forwards no request of theirs',
  async lab => {
    const here = await StandaloneGateway.start(lab, topology, {
      before: [
        tlsSecret(lab, 'login', 'pages-tls', 'pages.lab.example'),
        secret('pages-login', 'login', 'client-secret'),
        // In a cluster the installation of Envoy Gateway creates it.
        secret('envoy-oidc-hmac', 'envoy-gateway-system', 'hmac-secret'),
      ],
    });
    await here.answers(edge, { path: '/open' }, 200);

    const forgeries: Readonly<Record<string, string>>[] = [
      {},
      { authorization: 'Bearer forged' },
      { cookie: 'pages-access=forged; pages-id=forged' },
    ];
    for (const headers of forgeries) {
      const {
        status,
        headers: answer,
        from,
        text,
      } = await here.requestGateway(edge, { path: '/account/orders', headers });
      assert.deepEqual([status, from], [302, undefined], text);
      const location = new URL(String(answer.location));
      assert.equal(`${location.origin}${location.pathname}`, `${provider}/authorize`);
      assert.equal(location.searchParams.get('client_id'), 'pages');
      assert.equal(location.searchParams.get('redirect_uri'), 'https://pages.lab.example/oauth2/callback');
      assert.deepEqual(location.searchParams.get('scope')?.split(' ').sort(), ['email', 'openid']);
    }
    const forged = await here.requestGateway(edge, { path: '/oauth2/callback?code=forged&state=forged' });
    assert.deepEqual([forged.status, forged.from], [401, undefined], forged.text);
    const ended = await here.requestGateway(edge, { path: '/logout' });
    assert.deepEqual([ended.status, ended.from], [302, undefined], ended.text);
    assert.match(String(ended.headers['set-cookie']), /pages-access=deleted/);
  },
);
