import type { Field } from '../../manifests';
import { call, cardinal, type Code, duration, literal, object, objectOrNone } from '../program';

/** The probes of a container; those that it does not have are none in the model too. */
export function probesOf(container: Field, firstPort: number | undefined): Readonly<Record<string, Code | undefined>> {
  const probes = objectOrNone({
    startup: probeOf(container, 'startupProbe', firstPort),
    readiness: probeOf(container, 'readinessProbe', firstPort),
    liveness: probeOf(container, 'livenessProbe', firstPort),
  });
  return { health: call(cardinal('Health'), 'none'), probes };
}

/** A number of seconds as a Duration. */
export function seconds(value: number): Code {
  return duration(Math.round(value * 1000));
}

const TIMES: Readonly<Record<string, string>> = {
  initialDelaySeconds: 'initialDelay',
  periodSeconds: 'period',
  timeoutSeconds: 'timeout',
};

function probeOf(container: Field, field: string, firstPort: number | undefined): Code | undefined {
  const probe = container.get(field);
  const port = (handler: Field): Code | undefined => {
    const named = container
      .get('ports')
      .items.find(each => each.get('name').text === handler.get('port').text && each.get('name').exists);
    const number = named?.get('containerPort').number ?? handler.get('port').number;
    return number === undefined || number === firstPort ? undefined : literal(number);
  };
  const times = Object.entries(TIMES).map(([written, property]) => {
    const value = probe.get(written).number;
    return [property, value === undefined || (value === 0 && property !== 'initialDelay') ? undefined : seconds(value)];
  });
  const count = (each: string) => {
    const value = probe.get(each).number;
    return value === undefined ? undefined : literal(value);
  };
  const success = probe.get('successThreshold').number;
  const common = {
    ...(Object.fromEntries(times) as Record<string, Code | undefined>),
    failureThreshold: count('failureThreshold'),
    successThreshold: success === undefined || success === 1 ? undefined : literal(success),
  };
  const [http, grpc, tcp, exec] = ['httpGet', 'grpc', 'tcpSocket', 'exec'].map(each => probe.get(each));
  if (!http || !grpc || !tcp || !exec) {
    return undefined;
  }
  if (http.exists) {
    const headers = http
      .get('httpHeaders')
      .items.map(each => [each.get('name').text, literal(each.get('value').text)] as const);
    const options = objectOrNone({
      port: port(http),
      https: http.get('scheme').text === 'HTTPS' ? literal(true) : undefined,
      headers: headers.length > 0 ? object(Object.fromEntries(headers)) : undefined,
      ...common,
    });
    return call(cardinal('Health'), 'http', literal(http.get('path').text || '/'), options);
  }
  if (grpc.exists) {
    const service = grpc.get('service').text;
    const options = objectOrNone({
      port: port(grpc),
      service: service === '' ? undefined : literal(service),
      ...common,
    });
    return call(cardinal('Health'), 'grpc', options);
  }
  if (tcp.exists) {
    return call(cardinal('Health'), 'tcp', objectOrNone({ port: port(tcp), ...common }));
  }
  return exec.exists
    ? call(cardinal('Health'), 'exec', literal(exec.get('command').texts), objectOrNone(common))
    : undefined;
}
