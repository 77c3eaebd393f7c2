import fc, { type Arbitrary } from 'fast-check';
import { GATEWAY, ISTIO_GATEWAY_PORT } from './town';
import { authorizationPolicy, peerAuthentication, requestAuthentication } from './policies';
import { of, record, some } from './vocabulary';
import { grpcRoute, httpRoute, referenceGrant } from './gateway-api';
import { delegation, destinationRule, sidecar, virtualService } from './routing';

/** An object that gets its name from its place in the configuration, unless others name it. */
export interface Unnamed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name?: string };
  readonly spec: object;
}

export interface Named extends Unnamed {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

const istioGateway: Arbitrary<Unnamed> = record({
  apiVersion: of('networking.istio.io/v1'), kind: of('Gateway'), metadata: of({ namespace: 'north', name: 'own' }),
  spec: record({
    selector: of({ 'gateway.networking.k8s.io/gateway-name': GATEWAY }),
    servers: of(['*'], ['*.town.example'], ['north/*'], ['a.town.example', 'south/b.town.example']).map(hosts => [{ port: { number: ISTIO_GATEWAY_PORT, name: 'http', protocol: 'HTTP' }, hosts }]),
  }),
});

const serviceEntry: Arbitrary<Unnamed> = record({
  apiVersion: of('networking.istio.io/v1'), kind: of('ServiceEntry'), metadata: of({ namespace: 'north' }, { namespace: 'south' }),
  spec: record({
    hosts: of(['out.example'], ['*.out.example'], ['out.example', 'deep.out.example']),
    ports: of([{ number: 80, name: 'http', protocol: 'HTTP' }]),
    resolution: of('STATIC'),
    location: of('MESH_EXTERNAL', 'MESH_INTERNAL'),
    endpoints: of([{ address: '10.99.0.9' }], [{ address: '10.99.0.9', ports: { http: 8080 } }]),
    exportTo: some(of(['*'], ['.'], ['north'])),
  }),
});

/** A Gateway of Istio comes always, so that routes for it mean something; the rest comes or does not. */
export const configuration: Arbitrary<Named[]> = fc.tuple(
  istioGateway.map(each => [each]),
  fc.array(virtualService, { maxLength: 3 }),
  fc.array(delegation, { maxLength: 1 }).map(each => each.flat()),
  fc.array(destinationRule, { maxLength: 2 }),
  fc.array(authorizationPolicy, { maxLength: 3 }),
  fc.array(peerAuthentication, { maxLength: 2 }),
  fc.array(sidecar, { maxLength: 1 }),
  fc.array(serviceEntry, { maxLength: 1 }),
  fc.array(requestAuthentication, { maxLength: 1 }),
  fc.array(httpRoute, { maxLength: 3 }),
  fc.array(grpcRoute, { maxLength: 1 }),
  fc.array(referenceGrant, { maxLength: 1 }),
).map(lists => lists.flat().map((each, index) => ({ ...each, metadata: { name: `${each.kind.toLowerCase()}-${String(index).padStart(2, '0')}`, ...each.metadata } })));
