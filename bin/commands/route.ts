import { isIP } from 'node:net';
import { routeJson, routeReport, routeText } from '../../lib/analysis';
import { resolve } from '../../lib/dataplane';
import { type Cluster, portNumber, portsOf } from '../../lib/manifests';
import { type InternetRequestProps, type RequestResult, Traffic } from '../../lib/testing';
import { printNotes, readInput, withInputErrors } from './input';
import { InputError } from './input-error';
import type { RouteValues } from './route-options';

/** Explains a request, prints the explanation, and returns the exit code. */
export function route(paths: readonly string[], values: RouteValues): number {
  return withInputErrors(() => {
    const send = requestOf(values);
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    const result = stated(() => send(cluster));
    const report = routeReport(result, cluster);
    process.stdout.write(values.format === 'json' ? routeJson(report) : routeText(report));
    return meets(result, values.expect) ? 0 : 1;
  });
}

/** The result of a request in a cluster. Throws an InputError for options that do not go together. */
export function resultOf(cluster: Cluster, values: RouteValues): RequestResult {
  const send = requestOf(values);
  return stated(() => send(cluster));
}

const INTERNET = 'internet';

/** The request, once the manifests are read. Throws for options that do not go together. */
function requestOf(values: RouteValues): (cluster: Cluster) => RequestResult {
  const { from, method = 'GET', grpc, tcp } = values;
  const { scheme, host, port, path } = urlOf(values.to);
  const props = propsOf(values);
  if (!/^[A-Za-z]+$/.test(method)) {
    throw new InputError(`--method ${method} is not a method of HTTP, such as GET.`);
  }
  const exclusive = [tcp && '--tcp', grpc !== undefined && '--grpc', values.method !== undefined && '--method'];
  const given = exclusive.filter(each => each !== false);
  if (given.length > 1) {
    throw new InputError(`${given.join(' and ')} exclude each other. Give one of them.`);
  }
  if (from === INTERNET) {
    if (tcp || grpc !== undefined) {
      throw new InputError(`From the internet requests have --method, not ${tcp ? '--tcp' : '--grpc'}.`);
    }
    const address = `${scheme ?? 'https'}://${host}${port === undefined ? '' : `:${port}`}`;
    return cluster =>
      Traffic.ofCluster(cluster).fromInternet(`${method.toUpperCase()} ${address}${path || '/'}`, props);
  }
  const misplaced = [
    values.gateway !== undefined && '--gateway',
    values.clientCertificate && '--client-certificate',
    values.serverName !== undefined && '--server-name',
  ].find(each => each !== false);
  if (misplaced !== undefined) {
    throw new InputError(`${misplaced} is for requests --from internet.`);
  }
  return cluster => {
    const caller = Traffic.ofCluster(cluster).from(from);
    if (grpc !== undefined) {
      return caller.grpc(port === undefined ? host : `${host}:${port}`, grpc, props);
    }
    const number = port ?? onlyPort(host, scheme, caller.namespace, cluster);
    return tcp
      ? caller.tcp(`${host}:${number}`, props)
      : caller.http(`${method.toUpperCase()} ${scheme ?? 'http'}://${host}:${number}${path || '/'}`, props);
  };
}

function urlOf(text: string) {
  const [, scheme, host = '', port, path = ''] =
    /^(?:(https?):\/\/)?([^/:?#\s]+)(?::(\d{1,5}))?((?:[/?][^#\s]*)?)$/.exec(text) ?? [];
  if (host === '') {
    throw new InputError(`--to ${text} is not a host with a port and a path, such as payment.shop:8080/charge.`);
  }
  return { scheme, host, port, path: path.startsWith('?') ? `/${path}` : path };
}

/** The port of a Service that has one only, if the request names none. */
function onlyPort(host: string, scheme: string | undefined, namespace: string, cluster: Cluster): number {
  const found = resolve(host, namespace, cluster);
  const numbers = found ? portsOf(found).flatMap(each => portNumber(each) ?? []) : [];
  if (scheme !== undefined || numbers.length === 0) {
    return scheme === 'https' ? 443 : 80;
  }
  const [number = 80, ...others] = numbers;
  if (others.length > 0) {
    throw new InputError(`${host} has the ports ${numbers.join(', ')}. Add one to --to: ${host}:${number}.`);
  }
  return number;
}

function propsOf(values: RouteValues): InternetRequestProps {
  const headers = Object.fromEntries(values.header.map(each => pair('--header', each)));
  const claims = values.claim.map(each => pair('--claim', each)).map(([name, value]) => [name, claimOf(value)]);
  if (values.badToken && claims.length === 0) {
    throw new InputError('--bad-token is for requests with a token: add its --claim.');
  }
  if (values.address !== undefined && isIP(values.address) === 0) {
    throw new InputError(`--address ${values.address} is not an IP address.`);
  }
  return {
    headers: { ...headers, ...(values.host === undefined ? {} : { host: values.host }) },
    claims: claims.length === 0 ? undefined : (Object.fromEntries(claims) as Record<string, unknown>),
    badToken: values.badToken,
    tokenHeader: values.tokenHeader,
    address: values.address,
    gateway: values.gateway,
    clientCertificate: values.clientCertificate,
    serverName: values.serverName,
  };
}

function pair(option: string, text: string): [string, string] {
  const [, name = '', value = ''] = /^([^=:\s]+)\s*[=:]\s?([^]*)$/.exec(text) ?? [];
  if (name === '') {
    throw new InputError(`${option} ${text} is not of the form NAME=VALUE.`);
  }
  return [name, value];
}

/** A claim is text, unless it is written as another value of JSON. */
function claimOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function meets(result: RequestResult, expected: string | undefined): boolean {
  switch (expected) {
    case undefined:
    case 'arrives':
      return result.isAllowed;
    case 'denied':
      return result.isDenied;
    default:
      return result.outcomes.every(({ destination, version, status }) =>
        destination === ''
          ? String(status) === expected
          : destination === expected || (version !== '' && destination === `${expected}-${version}`),
      );
  }
}

/** The error of a request that cannot be read, or of a caller that does not exist, as one of the input. */
function stated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'Error') {
      throw new InputError(error.message);
    }
    throw error;
  }
}
