import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'cdk8s';
import { shop } from '../../bin/boutique';
import { Auth, ClientKey, FailureMode, Front, PerClientRateLimit, Period, Port, RateLimit, Topology } from '../../lib';
import { HttpApiEdge, LambdaAggregator, RestApiEdge } from '../../lib/aws';
import { claim } from '../claims';

/** An edge with every feature that a REST API supports. */
function everything() {
  const topology = new Topology('templates');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('door', {
    host: 'door.lab.example',
    tlsSecret: 'door-tls',
    clientCa: 'clients',
    front: Front.restApi({ addresses: ['10.0.0.0/24'] }),
    waf: true,
    rateLimit: RateLimit.perSecond(100),
    auth: Auth.jwt({ issuer: 'https://login.lab.example', audiences: ['shop'] }),
    cors: { origins: ['https://www.lab.example'] },
    perClientRateLimit: PerClientRateLimit.of({
      client: ClientKey.claim('sub'),
      requests: 1000,
      per: Period.DAY,
      failureMode: FailureMode.FAIL_OPEN,
    }),
  });
  edge.route('GET /products/{id}', web, { auth: Auth.none(), cacheTtl: Duration.minutes(1) });
  edge.route('POST /orders', web, {
    rateLimit: RateLimit.perSecond(5),
    requestValidation: { query: ['shop'], body: { required: ['id'] } },
  });
  edge.route('ANY /static/{file+}', web, { auth: Auth.none() });
  return edge;
}

claim("the templates of both APIs are right by CDK's validation and by cfn-lint", async lab => {
  const outdir = join(lab.folder, 'templates');
  const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  const stack = new Stack(app, 'Http');
  const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/16') });
  new HttpApiEdge(stack, 'Shop', { edge: shop, vpc, stageName: 'live', claimHeaders: { 'x-customer': 'sub' } });
  new LambdaAggregator(stack, 'Home', {
    vpc,
    parts: { a: { url: 'http://a.internal/' }, b: { url: 'http://b.internal/' } },
  });

  const rest = new Stack(app, 'Rest');
  new RestApiEdge(rest, 'Door', {
    edge: everything(),
    vpc: new Vpc(rest, 'Vpc'),
    certificate: Certificate.fromCertificateArn(
      rest,
      'Certificate',
      'arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
    ),
    truststore: { bucket: Bucket.fromBucketName(rest, 'Trust', 'trust'), key: 'clients.pem' },
    clients: ['ann', 'bob'],
    claimHeaders: { 'x-customer': 'sub' },
    textBodiesOnly: true,
  });
  app.synth();

  const templates = ['Http', 'Rest'].map(name => join(outdir, `${name}.template.json`));
  // W3005: the CDK renders dependencies that references imply already.
  const { status, stdout, stderr } = spawnSync(
    lab.tools.path('cfn-lint'),
    ['--ignore-checks', 'W3005', '--non-zero-exit-code', 'warning', '--', ...templates],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout + stderr);
  return Promise.resolve();
});
