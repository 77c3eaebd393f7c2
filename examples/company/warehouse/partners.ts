import { Duration } from 'cdk8s';
import { Health, Operation, Port, TlsVersion } from '../../../lib';
import { returns, shipments } from './shipping';
import { stock } from './stock';
import { service, warehouse } from './topology';

const http = (text: string) => Operation.http(text);

/** The API of suppliers and carriers. It reads the partner from the certificate that the gateway forwards. */
const partnerApi = service('partner-api', {
  port: Port.http(80, { target: 8080 }),
  health: Health.http('/healthz'),
  replicas: 3,
});
partnerApi.calls(stock, {
  addressEnvVar: 'STOCK_ADDR',
  allowedOperations: stock.methods('Availability', 'Book'),
  timeout: Duration.seconds(2),
});
partnerApi.calls(shipments, {
  addressEnvVars: { SHIPMENTS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('POST /shipments/{shipment}/events')],
  timeout: Duration.seconds(2),
});
partnerApi.calls(returns, {
  addressEnvVars: { RETURNS_URL: 'http://{host}:{port}' },
  allowedOperations: [http('POST /returns')],
  timeout: Duration.seconds(12),
});

const partners = warehouse.addEdge('partners', {
  host: 'partners.northgate.example',
  tlsSecret: 'partners-tls',
  certificateIssuer: 'letsencrypt',
  clientCa: 'partners-ca',
  minTlsVersion: TlsVersion.V1_3,
  allowedCidrs: ['198.51.100.0/24', '203.0.113.0/24'],
});
partners.route('GET /stock/{article}', partnerApi);
partners.route('POST /deliveries', partnerApi);
partners.route('POST /shipments/{shipment}/events', partnerApi);
partners.route('POST /returns', partnerApi);
