import { AccessLog, type IstioSidecarsProps, type ServiceTelemetry, Topology, TraceTag, Tracing } from '../../lib';
import { names, one, plain, type Rendered, render } from './support';

const tracing = Tracing.openTelemetry({
  service: 'otel-collector',
  namespace: 'observability',
  samplingPercent: 1,
  tags: { tenant: TraceTag.header('x-tenant') },
});

function objectsWith(telemetry: ServiceTelemetry, mesh: IstioSidecarsProps, namespace?: string): Rendered[] {
  const shop = new Topology('shop');
  plain(shop, 'web', { telemetry, namespace });
  plain(shop, 'cart');
  return render(shop, mesh);
}

test('the traces of one service have its share and its tags, besides those of the mesh', () => {
  const objects = objectsWith(
    { samplingPercent: 50, traceTags: { team: 'pay' }, traceHeaderTags: { user: 'x-user' } },
    { tracing },
  );
  expect(one(objects, 'Telemetry', 'web').spec).toEqual({
    selector: { matchLabels: { app: 'web' } },
    tracing: [
      {
        providers: [{ name: 'opentelemetry' }],
        randomSamplingPercentage: 50,
        customTags: {
          tenant: { header: { name: 'x-tenant' } },
          team: { literal: { value: 'pay' } },
          user: { header: { name: 'x-user' } },
        },
      },
    ],
  });
  expect(names(objects, 'Telemetry')).toEqual(['default', 'web']);
});

test('tags alone keep the share of the mesh', () => {
  const [trace] = one(objectsWith({ traceTags: { team: 'pay' } }, { tracing }), 'Telemetry', 'web').spec.tracing as [
    { randomSamplingPercentage: number },
  ];
  expect(trace.randomSamplingPercentage).toBe(1);
});

test('the access log of one service has a filter of its own, or is disabled', () => {
  const logOf = (telemetry: ServiceTelemetry, accessLog?: AccessLog) =>
    one(objectsWith(telemetry, { accessLog }), 'Telemetry', 'web').spec.accessLogging as unknown;
  const usual = AccessLog.standardOutput({ filter: 'response.code >= 500' });
  expect([
    logOf({ accessLogFilter: 'response.code >= 400' }, usual),
    logOf({ accessLog: false }),
    logOf({ accessLog: true }, usual),
  ]).toEqual([
    [{ providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 400' } }],
    [{ providers: [{ name: 'envoy' }], disabled: true }],
    [{ providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 500' } }],
  ]);
});

test('in a namespace that the topology does not own, one Telemetry has all settings of the service', () => {
  const objects = objectsWith({ samplingPercent: 50 }, { tracing }, 'theirs');
  expect(one(objects, 'Telemetry', 'web', 'theirs').spec).toMatchObject({
    accessLogging: [{ providers: [{ name: 'envoy' }] }],
    tracing: [{ randomSamplingPercentage: 50 }],
  });
});

test.each<[string, ServiceTelemetry, IstioSidecarsProps]>([
  ['tracing backend', { samplingPercent: 5 }, {}],
  ['access log', { accessLog: true }, { accessLog: AccessLog.none() }],
])('settings without a %s of the mesh throw', (what, telemetry, mesh) => {
  expect(() => objectsWith(telemetry, mesh)).toThrow(`The mesh has no ${what}`);
});
