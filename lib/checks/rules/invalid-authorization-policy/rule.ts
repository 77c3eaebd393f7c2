import { type Field, Kind } from '../../../manifests';
import { checkCondition } from './conditions';
import { hasWildcardAtEnd, isAccount, isPortText, isRange } from '../../manifests/schema/names';
import { isPathTemplate } from './path-templates';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkTargets } from '../../manifests/schema/shared';

const SOURCES = [
  'principals',
  'requestPrincipals',
  'namespaces',
  'ipBlocks',
  'remoteIpBlocks',
  'serviceAccounts',
  'trustDomains',
].flatMap(withNot);

const OPERATIONS = ['ports', 'methods', 'paths', 'hosts'].flatMap(withNot);

const IDENTITIES = ['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'trustDomains'].flatMap(
  withNot,
);

const MOST_ACCOUNTS = 16;

export const rule = validity(
  Kind.AUTHORIZATION_POLICY,
  'Sources and operations are not empty; DENY and CUSTOM need rules, and CUSTOM needs a provider and '
    + 'no identities; conditions have a supported key, and values.',
  (resource, complain) => {
    const { spec } = resource;
    const action = spec.get('action').text || 'ALLOW';
    checkTargets(resource, complain);
    if (['DENY', 'CUSTOM'].includes(action) && spec.get('rules').items.length === 0) {
      complain(spec, `${action} without rules never applies.`, 'Add `rules: [{}]` to apply it to every request.');
    }
    if (action === 'CUSTOM' && spec.get('rules').items.length > 0 && spec.get('provider', 'name').text === '') {
      complain(spec, 'CUSTOM requires a provider, and none is set.', 'Add `provider: { name: … }`.');
    }
    if (action !== 'CUSTOM' && spec.get('provider').exists) {
      complain(spec.get('provider'), `${action} does not support a provider.`, 'Remove it, or set action: CUSTOM.');
    }
    spec.get('rules').items.forEach(rule => checkRule(rule, action, complain));
  },
);

function checkRule(rule: Field, action: string, complain: Complain): void {
  for (const [name, member, fields] of [
    ['from', 'source', SOURCES],
    ['to', 'operation', OPERATIONS],
  ] as const) {
    for (const part of rule.get(name).items.map(each => each.get(member))) {
      if (!fields.some(field => part.get(field).items.length > 0)) {
        complain(part, `The ${member} is empty.`, `Add one of ${fields.slice(0, 4).join(', ')}, or remove it.`);
      }
      for (const value of fields.flatMap(field => part.get(field).items).filter(each => each.text === '')) {
        complain(value, 'The value is empty.', 'Remove it.');
      }
    }
  }
  rule.get('from').items.forEach(each => checkSource(each.get('source'), action, complain));
  rule.get('to').items.forEach(each => checkOperation(each.get('operation'), complain));
  rule.get('when').items.forEach(each => checkCondition(each, action, complain));
}

function checkSource(source: Field, action: string, complain: Complain): void {
  const all = (...names: string[]) => names.flatMap(withNot).flatMap(name => source.get(name).items);
  for (const block of all('ipBlocks', 'remoteIpBlocks').filter(each => !isRange(each.text))) {
    complain(
      block,
      `"${block.text}" is not a valid address or CIDR range.`,
      'Use an address or a range such as 10.0.0.0/8.',
    );
  }
  for (const name of action === 'CUSTOM' ? IDENTITIES.filter(each => source.get(each).items.length > 0) : []) {
    complain(
      source.get(name),
      `A CUSTOM rule does not support ${name}.`,
      'Use paths, methods, hosts, addresses or headers.',
    );
  }
  const accounts = all('serviceAccounts');
  if (accounts.length > 0 && all('principals', 'namespaces').length > 0) {
    complain(
      accounts[0] ?? source,
      'serviceAccounts cannot be combined with principals or namespaces.',
      'Use only principals.',
    );
  }
  for (const list of withNot('serviceAccounts')
    .map(name => source.get(name))
    .filter(each => each.items.length > MOST_ACCOUNTS)) {
    complain(list, `The limit is ${MOST_ACCOUNTS} serviceAccounts.`, 'Use principals.');
  }
  for (const account of accounts.filter(each => each.text !== '' && !isAccount(each.text))) {
    complain(
      account,
      `"${account.text}" is not a valid ServiceAccount reference.`,
      'Write `namespace/name` or `name`, without wildcards.',
    );
  }
  for (const domain of all('trustDomains').filter(each => each.text.includes('/') || !hasWildcardAtEnd(each.text))) {
    complain(
      domain,
      `"${domain.text}" is not a valid trust domain.`,
      'Use its name, with at most one `*` as prefix or suffix.',
    );
  }
}

function checkOperation(operation: Field, complain: Complain): void {
  for (const port of withNot('ports')
    .flatMap(name => operation.get(name).items)
    .filter(each => !isPortText(each.text))) {
    complain(port, `"${port.text}" is not a valid port.`, 'Write the number in quotes.');
  }
  for (const path of withNot('paths')
    .flatMap(name => operation.get(name).items)
    .filter(each => !isPathTemplate(each.text))) {
    complain(
      path,
      `"${path.text}" is not a valid path template.`,
      'Use `{*}` for one segment and `{**}` for all that follow.',
    );
  }
}

function withNot(name: string): string[] {
  return [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`];
}
