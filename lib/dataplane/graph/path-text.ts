import { type Cluster, type Host, memo } from '../../manifests';
import { pathsMatching } from '../routes/path-match';
import type { Match, Route, Rule } from '../routes/rule';

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

/** How a route changes the requests that it forwards: their paths, hosts and headers. */
export function describeRewrites({ rule, match }: Route): readonly string[] {
  const paths = rule.rewrite?.paths(pathsMatching(match?.path), match?.path);
  return paths
    ? [`path rewritten to ${paths.start}${paths.isOne ? '' : '*'}`, ...changesByRule(rule)]
    : changesByRule(rule);
}

const changesByRule = memo(({ rewriteHost, request, backends }: Rule): readonly string[] => {
  const hosts = [rewriteHost, ...backends.map(each => each.rewriteHost)].filter(each => each !== undefined);
  return [
    ...[...new Set(hosts)].map(each => `host rewritten to ${each}`),
    ...[request, ...backends.map(each => each.request)].flatMap(({ set, add, remove }) => [
      ...Object.entries(set).map(([name, value]) => `header ${name} set to ${value}`),
      ...Object.entries(add).map(([name, value]) => `header ${name} added: ${value}`),
      ...remove.map(name => `header ${name} removed`),
    ]),
  ];
});

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
