import assert from 'node:assert/strict';
import { Health, Port, Topology } from '../../lib';
import { type Certificate, certificateOf } from '../certificates';
import { claim } from '../claims';
import type { Lab } from '../lab';

const NAME = 'legacy.lab.example';
const OTHER = 'other.lab.example';

interface Backend {
  readonly certificate: Certificate;
  /** The name that its route declares. */
  readonly hostname: string;
}

/** Services that terminate TLS, and an edge with a route to each. */
function topologyOf(backends: Readonly<Record<string, Backend>>) {
  const topology = new Topology('backends');
  const edge = topology.addEdge('door', { host: 'door.lab.example' });
  for (const [name, { certificate, hostname }] of Object.entries(backends)) {
    const service = topology.addService(name, {
      image: name,
      port: Port.http(8443),
      inMesh: false,
      env: { TLS_KEY: certificate.key, TLS_CERT: certificate.cert },
      health: Health.tcp(),
    });
    edge.route(`GET /${name}`, service, { backendTls: { hostname, caConfigMap: 'backends-ca' } });
  }
  return { topology, edge };
}

claim(
  "Istio's gateway sends requests only to a backend with the declared name in its certificate",
  async (lab: Lab) => {
    const [own, other] = [NAME, OTHER].map(host => certificateOf(lab, 'backend', host)) as [Certificate, Certificate];
    const { topology, edge } = topologyOf({
      own: { certificate: own, hostname: NAME },
      other: { certificate: other, hostname: OTHER },
      'wrong-name': { certificate: other, hostname: NAME },
      'wrong-authority': { certificate: certificateOf(lab, 'stranger', NAME), hostname: NAME },
    });
    const here = await lab.deploy(topology, {
      before: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'backends' } },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'backends-ca', namespace: 'backends' },
          data: { 'ca.crt': `${own.cert}${other.cert}` },
        },
      ],
    });

    for (const service of ['own', 'other']) {
      const reply = await here.requestGateway(edge, { path: `/${service}` });
      assert.equal(reply.from?.service, service, reply.text);
    }
    for (const service of ['wrong-name', 'wrong-authority']) {
      const { status, from, text } = await here.requestGateway(edge, { path: `/${service}` });
      assert.deepEqual([status, from], [503, undefined], `${service}: ${text}`);
    }
  },
);
