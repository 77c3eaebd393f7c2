import { type Cluster, type Field, fullHost, Kind, millisOf, type Resource } from '../../manifests';
import { call, cardinal, type Code, duration, list, literal, name, objectOrNone, type Statement } from '../program';
import { hostOf } from './routes';
import type { ImportedService } from './services';

/** A route of an edge. */
export interface EdgeRoute {
  readonly operation: string;
  readonly service: ImportedService;
  readonly port: number;
  /** Headers and query parameters that requests need. */
  readonly match?: Code;
  /** Values with which requests have these. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  /** 0 for none. */
  readonly timeoutMs: number;
}

/** The rules of a VirtualService or an HTTPRoute as routes of an edge; text for why there are none. */
export function edgeRoutes(
  route: Resource,
  services: readonly ImportedService[],
  cluster: Cluster,
): readonly EdgeRoute[] | string {
  const isOfIstio = route.type === Kind.VIRTUAL_SERVICE;
  const known = isOfIstio ? ['hosts', 'gateways', 'http'] : ['hostnames', 'parentRefs', 'rules'];
  const unknown = route.spec.entries.find(([field]) => !known.includes(field))?.[0];
  if (unknown !== undefined) {
    return `${route.kind} ${route.key} has \`${unknown}\``;
  }
  const found = route.spec
    .get(isOfIstio ? 'http' : 'rules')
    .items.flatMap(rule => (isOfIstio ? ofHttp(rule, route, services, cluster) : ofRule(rule, services, cluster)));
  const reason = found.find(each => typeof each === 'string');
  return reason === undefined
    ? found.filter(each => typeof each !== 'string')
    : `a rule of ${route.kind} ${route.key} ${reason}`;
}

/** The statement of a route. */
export function routeStatement(edge: string, route: EdgeRoute, ofEdge: number): Statement {
  const { operation, service, port, match, timeoutMs } = route;
  const props = objectOrNone({
    port: service.ports[0]?.number === port ? undefined : literal(port),
    timeout: timeoutMs === ofEdge ? undefined : duration(timeoutMs),
    match,
  });
  return { code: call(name(edge), 'route', literal(operation), name(service.constant), props) };
}

/** A rule of a VirtualService. Its prefixes are no prefixes of segments, but for that of all paths. */
function ofHttp(
  rule: Field,
  { namespace }: Resource,
  services: readonly ImportedService[],
  { clusterDomain }: Cluster,
): (EdgeRoute | string)[] {
  const [target, ...others] = rule.get('route').items;
  const destination = target?.get('destination');
  const host = fullHost(destination?.get('host').text ?? '', namespace, clusterDomain);
  const service = services.find(each => hostOf(each, clusterDomain) === host);
  const port = portOf(service, destination?.get('port', 'number').number);
  const unknown = rule.entries.find(([field]) => !['name', 'match', 'route', 'timeout'].includes(field))?.[0];
  const isPlain = others.length === 0 && !target?.get('headers').exists && !destination?.get('subset').exists;
  if (unknown !== undefined || !isPlain || !service || port === undefined) {
    return [unknown === undefined ? 'has another destination than one service' : `has \`${unknown}\``];
  }
  const matches = rule.get('match').items;
  const timeoutMs = millisOf(rule.get('timeout').text) ?? 0;
  return (matches.length === 0 ? [undefined] : matches).map(match => {
    const [[kind = '', value] = []] = match?.get('uri').entries ?? [];
    const prefix = kind === 'prefix' ? value?.text : undefined;
    const path = !match?.get('uri').exists || prefix === '/' ? '/*' : kind === 'exact' ? value?.text : undefined;
    const operation = operationOf(match?.get('method', 'exact').text, path);
    const conditions = conditionsOf(
      match?.get('headers').entries.map(([header, each]) => ['HeaderMatch', header, each]) ?? [],
      match?.get('queryParams').entries.map(([param, each]) => ['QueryParamMatch', param, each]) ?? [],
    );
    const field = match?.entries.find(
      ([each]) => !['name', 'uri', 'method', 'headers', 'queryParams'].includes(each),
    )?.[0];
    return operation === undefined
      ? prefix === undefined
        ? 'matches paths by an expression'
        : `matches the prefix ${prefix} without regard to segments`
      : field !== undefined || conditions === undefined
        ? `matches by \`${field ?? 'headers'}\``
        : { operation, service, port, timeoutMs, ...conditions };
  });
}

/** A rule of an HTTPRoute. */
function ofRule(rule: Field, services: readonly ImportedService[], { clusterDomain }: Cluster): (EdgeRoute | string)[] {
  const [reference, ...others] = rule.get('backendRefs').items;
  const [title = '', namespace = ''] = ['name', 'namespace'].map(each => reference?.get(each).text);
  const host = fullHost(title, namespace || rule.resource.namespace, clusterDomain);
  const isService = ['', 'Service'].includes(reference?.get('kind').text ?? '') && !reference?.get('group').text;
  const service = services.find(each => isService && hostOf(each, clusterDomain) === host);
  const port = portOf(service, reference?.get('port').number);
  const unknown = rule.entries.find(([field]) => !['name', 'matches', 'backendRefs', 'timeouts'].includes(field))?.[0];
  const isPlain =
    others.length === 0 && !reference?.get('filters').exists && !rule.get('timeouts', 'backendRequest').exists;
  if (unknown !== undefined || !isPlain || !service || port === undefined) {
    return [unknown === undefined ? 'has another backend than one Service' : `has \`${unknown}\``];
  }
  const matches = rule.get('matches').items;
  const timeoutMs = millisOf(rule.get('timeouts', 'request').text) ?? 0;
  return (matches.length === 0 ? [undefined] : matches).map(match => {
    const [value, type] = [match?.get('path', 'value').text || '/', match?.get('path', 'type').text];
    const path = type === 'Exact' ? value : type === 'RegularExpression' ? undefined : `${value.replace(/\/+$/, '')}/*`;
    const operation = operationOf(match?.get('method').text, path);
    const itemsOf = (field: string, factory: string) =>
      match?.get(field).items.map(each => [factory, each.get('name').text, each] as const) ?? [];
    const conditions = conditionsOf(itemsOf('headers', 'HeaderMatch'), itemsOf('queryParams', 'QueryParamMatch'));
    return operation === undefined
      ? 'matches paths by an expression'
      : conditions === undefined
        ? 'matches by headers'
        : { operation, service, port, timeoutMs, ...conditions };
  });
}

function portOf(service: ImportedService | undefined, port: number | undefined): number | undefined {
  const [first, ...others] = service?.ports ?? [];
  return port === undefined
    ? others.length === 0
      ? first?.number
      : undefined
    : service?.ports.find(each => each.number === port)?.number;
}

function operationOf(method: string | undefined, path: string | undefined): string | undefined {
  const isDeclarable = path !== undefined && !/[{}\s]/.test(path) && !path.slice(0, -2).includes('*');
  return isDeclarable ? `${method === undefined || method === '' ? 'ANY' : method} ${path}` : undefined;
}

type Condition = readonly [factory: string, name: string, value: Field];

/** Conditions on headers and query parameters; undefined if the model lacks one of them. */
function conditionsOf(
  headers: readonly Condition[],
  queryParams: readonly Condition[],
): Pick<EdgeRoute, 'match' | 'headers' | 'query'> | undefined {
  const [ofHeaders = [], ofParams = []] = [headers, queryParams].map(all => all.map(conditionOf));
  const codes = (all: typeof ofHeaders) => all.flatMap(each => each?.code ?? []);
  const listOf = (all: readonly Code[]) => (all.length > 0 ? list(all) : undefined);
  return [...ofHeaders, ...ofParams].includes(undefined)
    ? undefined
    : {
        match: objectOrNone({ headers: listOf(codes(ofHeaders)), queryParams: listOf(codes(ofParams)) }),
        headers: Object.fromEntries(headers.map(([, title], at) => [title.toLowerCase(), ofHeaders[at]?.text ?? ''])),
        query: queryParams.map(([, title], at) => `${title}=${ofParams[at]?.text ?? ''}`).join('&'),
      };
}

/** Of a VirtualService as `{ exact: VALUE }`, of an HTTPRoute as `{ type, name, value }`. */
function conditionOf([factory, title, value]: Condition): { readonly code: Code; readonly text: string } | undefined {
  const isOfRule = value.get('name').exists;
  const [[only = ''] = []] = value.entries;
  const isExact = isOfRule ? ['', 'Exact'].includes(value.get('type').text) : only === 'exact';
  const isPrefix = !isOfRule && only === 'prefix' && factory === 'HeaderMatch';
  const { text } = value.get(isOfRule ? 'value' : only);
  const match = isExact ? 'exact' : 'prefix';
  return (isExact || isPrefix) && (isOfRule || value.entries.length === 1)
    ? { code: call(cardinal(factory), match, literal(title), literal(text)), text }
    : undefined;
}
