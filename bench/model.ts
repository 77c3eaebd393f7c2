import { Duration } from 'cdk8s';
import { Port, type Service, Topology } from '../lib';

/**
 * A topology of `count` services, each with two versions, three callees, a split and a circuit breaker: ten objects a
 * service.
 */
export function generatedTopology(count: number): Topology {
  const topology = new Topology('bench');
  const services: Service[] = Array.from({ length: count }, (_, index) =>
    topology.addService(`service-${index}`, {
      port: Port.http(80, { target: 8080 }),
      env: { PORT: '8080' },
      versions: { v1: { image: 'example/service:1' }, v2: { image: 'example/service:2' } },
      resources: { cpu: '100m', memory: '64Mi' },
    }),
  );
  services.forEach((service, index) => {
    for (const step of [1, 7, 32]) {
      const callee = services[(index + step) % count];
      if (callee) {
        service.calls(callee, {
          timeout: Duration.seconds(2),
          retries: { attempts: 2, perTryTimeout: Duration.millis(500) },
        });
      }
    }
    service.split({ v1: 90, v2: 10 });
    service.addCircuitBreaker({ consecutive5xxErrors: 5 });
  });
  return topology;
}
