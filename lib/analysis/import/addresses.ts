import type { Workload } from '../../manifests';
import type { ImportedPort, ImportedService } from './services';

/** An address of a service in the variables of another one. */
export interface Address {
  readonly caller: ImportedService;
  readonly callee: ImportedService;
  readonly port: ImportedPort;
  readonly variable: string;
  /** The text with `{host}` and `{port}` in place of the address; undefined if the model would write another host. */
  readonly text?: string;
}

/** The addresses of services in the literal variables of their callers' containers. */
export function addressesOf(services: readonly ImportedService[]): readonly Address[] {
  const hosts = new Map<string, ImportedService>();
  for (const each of services.filter(({ ports }) => ports.length > 0)) {
    for (const host of [each.namespace, `${each.namespace}.svc`, `${each.namespace}.svc.cluster.local`]) {
      hosts.set(`${each.name}.${host}`, each);
    }
  }
  return services.flatMap(caller => {
    const found = new Map<string, Address>();
    caller.versions.forEach(({ workload }) => {
      for (const [variable, value] of literalsOf(workload)) {
        const address = addressIn(variable, value, caller, services, hosts);
        if (address) {
          found.set(variable, address);
        }
      }
    });
    return [...found.values()];
  });
}

/** The literal variables of the first container: those of others are not set by calls. */
function literalsOf({ pod }: Workload): (readonly [string, string])[] {
  const [main] = pod.get('containers').items;
  return (main?.get('env').items ?? [])
    .filter(each => each.get('value').exists)
    .map(each => [each.get('name').text, each.get('value').text] as const);
}

/** Names of variables whose whole value may be a host without a port. */
const HOST_VARIABLE = /(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT|URL|URI)$/i;
const HOST = '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?';
const WITH_PORT = new RegExp(`(^|[/@=,\\s])(${HOST}):(\\d{1,5})(?![\\d.])`);
const OF_URL = new RegExp(`^(https?)://(${HOST})(?=[/?]|$)`);

function addressIn(
  variable: string,
  value: string,
  caller: ImportedService,
  services: readonly ImportedService[],
  hosts: ReadonlyMap<string, ImportedService>,
): Address | undefined {
  const named = (host: string): ImportedService | undefined =>
    hosts.get(host)
    ?? services.find(each => each.name === host && each.namespace === caller.namespace && each.ports.length > 0);
  const written = (callee: ImportedService) =>
    callee.namespace === caller.namespace ? callee.name : `${callee.name}.${callee.namespace}`;
  const [, before = '', host = '', number = ''] = WITH_PORT.exec(value) ?? [];
  const callee = named(host);
  const port = callee?.ports.find(each => each.number === Number(number));
  if (callee && port) {
    const at = value.indexOf(`${before}${host}:${number}`) + before.length;
    const text = `${value.slice(0, at)}{host}:{port}${value.slice(at + host.length + 1 + number.length)}`;
    return { caller, callee, port, variable, text: isWritable(value, host, written(callee)) ? text : undefined };
  }
  const [, scheme = '', name = ''] = OF_URL.exec(value) ?? [];
  const bare = HOST_VARIABLE.test(variable) && new RegExp(`^${HOST}$`).test(value) ? value : '';
  const other = named(name || bare);
  const its = other?.ports.find(each => each.number === (scheme === 'https' ? 443 : 80)) ?? other?.ports[0];
  return other && its && (scheme === '' || its.number === (scheme === 'https' ? 443 : 80))
    ? {
        caller,
        callee: other,
        port: its,
        variable,
        text: isWritable(value, name || bare, written(other)) ? value.replace(name || bare, '{host}') : undefined,
      }
    : undefined;
}

/** Whether the model writes the same text: with the shortest host, and without braces that it would replace. */
function isWritable(value: string, host: string, written: string): boolean {
  return host === written && !/[{}]/.test(value);
}
