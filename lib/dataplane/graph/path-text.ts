import type { Cluster, Host } from '../../manifests';
import type { Match } from '../routes/rule';

/** A match in short: the method, the path, and further conditions, without those on the caller. */
export function describeMatch({ at, path }: Match): string {
  const method =
    at.get('method').text
    || at
      .get('method')
      .entries.map(([, value]) => value.text)
      .join(' ');
  const suffix = { exact: '', prefix: '*', segments: '/…', regex: '' };
  const further = at.entries
    .filter(
      ([name]) =>
        ![
          'uri',
          'path',
          'method',
          'name',
          'ignoreUriCase',
          'port',
          'gateways',
          'sourceLabels',
          'sourceNamespace',
        ].includes(name),
    )
    .map(([name, field]) => `${name} ${JSON.stringify(field.value)}`);
  return [method, path ? `${path.kind === 'regex' ? '~' : ''}${path.value}${suffix[path.kind]}` : '', ...further]
    .filter(each => each !== '')
    .join(' ');
}

export function shortName({ name }: Host, cluster: Cluster): string {
  return name.endsWith(`.svc.${cluster.clusterDomain}`) ? name.slice(0, -`.svc.${cluster.clusterDomain}`.length) : name;
}

/** A number of retries in words. */
export function describeRetries(count: number): string {
  return count === 1 ? '1 retry' : `${count} retries`;
}

/** A share in percent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
