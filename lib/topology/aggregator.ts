import type { Aggregate, Part } from './aggregate';
import { callPolicyKey } from './call-policy';
import { Port } from './port';
import type { Service } from './service';
import type { ServiceProps } from './service-props';

/** @see https://hub.docker.com/_/krakend */
const IMAGE = 'krakend:2.12.0';
const USER = 1000;

/** The service that composes the aggregated responses of an edge. */
export function aggregator(namespace: string): ServiceProps {
  return {
    namespace,
    image: IMAGE,
    runAsUser: USER,
    port: Port.http(8080),
    args: ['run', '--config', '/etc/krakend/krakend.json'],
    resources: { cpu: '100m', memory: '64Mi', memoryLimit: '256Mi' },
  };
}

/** Declares the calls of an aggregate; the same operation with the same timeout in several aggregates is one call. */
export function callParts(aggregator: Service, { parts }: Aggregate): void {
  parts
    .filter(part => !isCalled(aggregator, part))
    .forEach(({ service, port, operation, timeout }) => {
      aggregator.calls(service, { port: port.number, allowedOperations: [operation], timeout });
    });
}

function isCalled(aggregator: Service, { service, port, operation, timeout }: Part): boolean {
  return aggregator.outgoingCalls.some(
    call =>
      call.callee === service
      && call.port === port
      && call.allowedOperations?.length === 1
      && call.allowedOperations[0]?.requests === operation.requests
      && callPolicyKey(call.policy) === callPolicyKey({ timeout }),
  );
}
