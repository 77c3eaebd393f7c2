import { isMap } from '../../manifests';
import { CLUSTER, hostOf } from './hosts';
import type { Observation } from './observations';

/** A span of a trace, of any format. */
export interface Span {
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly kind: 'client' | 'server' | 'producer' | 'consumer' | 'internal';
  /** The service that recorded it, as `namespace/name` or a name alone. */
  readonly service: string;
  /** In milliseconds. */
  readonly duration: number;
  readonly isError: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The requests between services: each server span whose caller recorded a span, and clients of what records none. */
export function observationsOfSpans(spans: readonly Span[]): Observation[] {
  const byId = new Map(spans.map(each => [`${each.trace} ${each.id}`, each]));
  const parents = new Set(spans.map(each => `${each.trace} ${each.parent}`));
  return spans.flatMap((span): Observation[] => {
    if (span.kind === 'server') {
      const client = callerOf(span, byId);
      return client ? [observation(client.service, span.service, span, client)] : [];
    }
    const isLeaf = !parents.has(`${span.trace} ${span.id}`);
    const host = isLeaf && ['client', 'producer'].includes(span.kind) ? peerOf(span) : undefined;
    return host === undefined || host === span.service ? [] : [observation(span.service, host, span, span)];
  });
}

/** The nearest span above that another service recorded. */
function callerOf(span: Span, byId: ReadonlyMap<string, Span>): Span | undefined {
  let above = byId.get(`${span.trace} ${span.parent}`);
  for (let depth = 0; above && depth < 1000; depth += 1) {
    if (above.service !== span.service || above.kind === 'client') {
      return above.kind === 'consumer' || above.kind === 'producer' ? undefined : above;
    }
    above = byId.get(`${above.trace} ${above.parent}`);
  }
  return undefined;
}

/** The host that a client names. */
function peerOf({ attributes }: Span): string | undefined {
  const named = ['peer.service', 'server.address', 'net.peer.name']
    .map(each => attributes.get(each))
    .find(each => each !== undefined && each !== '' && !/^[\d.:a-f]+$/i.test(each));
  const cluster = attributes.get('upstream_cluster.name') ?? '';
  const [, , host] = CLUSTER.exec(cluster) ?? [];
  return named ?? (host === undefined ? cluster || undefined : hostOf(host));
}

function observation(caller: string, callee: string, span: Span, client: Span): Observation {
  const of = (...names: readonly string[]) =>
    names.map(each => span.attributes.get(each) ?? client.attributes.get(each)).find(each => each !== undefined);
  // Envoy's proxies have names of their own for gRPC.
  const isGrpc =
    of('rpc.system', 'rpc.system.name') === 'grpc'
    || /^application\/grpc/.test(of('http.request.header.content-type', 'grpc.content_type') ?? '');
  const path = pathOf(of('http.route') ?? of('url.path', 'http.target', 'url.full', 'http.url'));
  const [service, name] = [of('rpc.service'), of('rpc.method')];
  const method = of('http.request.method', 'http.method');
  const isHttp = method !== undefined;
  const port = Number(client.attributes.get('server.port') ?? client.attributes.get('net.peer.port'));
  const full =
    service === undefined ? (name ?? (isGrpc ? path?.replace(/^\//, '') : undefined)) : `${service}/${name ?? ''}`;
  return {
    caller,
    callee,
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    protocol: isGrpc ? 'grpc' : isHttp ? 'http' : name === undefined ? 'tcp' : 'grpc',
    method: isGrpc || !isHttp ? full : method.toUpperCase(),
    path: isGrpc ? undefined : path,
    isError: span.isError || client.isError,
    duration: client.kind === 'client' ? client.duration : span.duration,
    count: 1,
  };
}

/** The path of a target or URL. */
export function pathOf(target: string | undefined): string | undefined {
  const path = target?.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === undefined ? undefined : path === '' ? '/' : path;
}

/** The spans of an export of OpenTelemetry in JSON. */
export function otlpSpans(document: unknown): Span[] {
  return listOf(document, 'resourceSpans').flatMap(resource => {
    const own = attributesOf(isMap(resource.resource) ? resource.resource.attributes : undefined);
    const service = titleOf(
      own.get('service.name') ?? '',
      own.get('k8s.namespace.name') ?? own.get('service.namespace'),
    );
    return ['scopeSpans', 'instrumentationLibrarySpans']
      .flatMap(each => listOf(resource, each))
      .flatMap(scope => listOf(scope, 'spans'))
      .map((span): Span => {
        const [start, end] = [span.startTimeUnixNano, span.endTimeUnixNano].map(each => Number(each));
        return {
          trace: textOf(span.traceId),
          id: textOf(span.spanId),
          parent: textOf(span.parentSpanId),
          kind: KINDS[textOf(span.kind)] ?? 'internal',
          service,
          duration: ((end ?? 0) - (start ?? 0)) / 1e6,
          isError: isMap(span.status) && ['2', 'STATUS_CODE_ERROR'].includes(textOf(span.status.code)),
          attributes: attributesOf(span.attributes),
        };
      });
  });
}

const KINDS: Readonly<Record<string, Span['kind']>> = {
  2: 'server',
  3: 'client',
  4: 'producer',
  5: 'consumer',
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
  SPAN_KIND_PRODUCER: 'producer',
  SPAN_KIND_CONSUMER: 'consumer',
  server: 'server',
  client: 'client',
  producer: 'producer',
  consumer: 'consumer',
};

/** The spans of an export of Jaeger in JSON. */
export function jaegerSpans(document: unknown): Span[] {
  return listOf(document, 'data').flatMap(trace => {
    const processes = isMap(trace.processes) ? trace.processes : {};
    return listOf(trace, 'spans').map((span): Span => {
      const process = processes[textOf(span.processID)];
      const own = attributesOf(isMap(process) ? process.tags : undefined);
      const attributes = attributesOf(span.tags);
      const parent = listOf(span, 'references').find(each => textOf(each.refType) !== 'FOLLOWS_FROM');
      const name = isMap(process) ? textOf(process.serviceName) : '';
      return {
        trace: textOf(span.traceID),
        id: textOf(span.spanID),
        parent: textOf(parent?.spanID ?? span.parentSpanID),
        kind: KINDS[attributes.get('span.kind') ?? ''] ?? 'internal',
        service: titleOf(name, own.get('k8s.namespace.name') ?? attributes.get('istio.namespace')),
        duration: Number(span.duration) / 1e3,
        isError: attributes.get('error') === 'true' || attributes.get('otel.status_code') === 'ERROR',
        attributes,
      };
    });
  });
}

/** Istio's proxies have the name `app.namespace`. */
function titleOf(name: string, namespace: string | undefined): string {
  const [own = '', given, ...others] = name.split('.');
  return namespace !== undefined && namespace !== ''
    ? `${namespace}/${given === namespace ? own : name}`
    : given !== undefined && others.length === 0
      ? `${given}/${own}`
      : name;
}

function attributesOf(list: unknown): ReadonlyMap<string, string> {
  const items = Array.isArray(list) ? list.filter(isMap) : [];
  return new Map(
    items.map(each => {
      const { value } = each;
      return [textOf(each.key), textOf(isMap(value) ? Object.values(value)[0] : value)];
    }),
  );
}

export function listOf(value: unknown, field: string): Record<string, unknown>[] {
  const list = isMap(value) ? value[field] : undefined;
  return Array.isArray(list) ? list.filter(isMap) : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}
