import { isIP } from 'node:net';
import { type Field, Kind } from '../../../manifests';
import { type Complain, validity } from './rules';
import { checkDuration, checkTargets } from './shared';

const SOURCES = ['principals', 'requestPrincipals', 'namespaces', 'ipBlocks', 'remoteIpBlocks', 'serviceAccounts', 'trustDomains'].flatMap(withNot);
const OPERATIONS = ['ports', 'methods', 'paths', 'hosts'].flatMap(withNot);
const IDENTITIES = ['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'trustDomains'].flatMap(withNot);
const CONDITIONS = /^(request\.headers\[.+\]|source\.ip|remote\.ip|source\.namespace|source\.principal|source\.serviceAccount|source\.trustDomain|request\.auth\.(principal|audiences|presenter|claims(\[.+\])+)|destination\.(ip|port)|connection\.sni|experimental\..*)$/;

export const invalidAuthorizationPolicy = validity(
  Kind.AUTHORIZATION_POLICY,
  'Sources and operations say something; DENY and CUSTOM have rules, and CUSTOM a provider and no identities; conditions have a key that there is, and values.',
  (resource, complain) => {
    const { spec } = resource;
    const action = spec.get('action').text || 'ALLOW';
    checkTargets(resource, complain);
    if (['DENY', 'CUSTOM'].includes(action) && !spec.get('rules').exists) {
      complain(spec, `${action} without rules never applies.`, 'Add `rules: [{}]` to apply it to every request.');
    }
    if (action === 'CUSTOM' && spec.get('rules').exists && spec.get('provider', 'name').text === '') {
      complain(spec, 'CUSTOM asks a provider, and none is named.', 'Add `provider: { name: … }`.');
    }
    if (action !== 'CUSTOM' && spec.get('provider').exists) {
      complain(spec.get('provider'), `${action} asks no provider.`, 'Remove it, or set action: CUSTOM.');
    }
    spec.get('rules').items.forEach(rule => checkRule(rule, action, complain));
  },
);

function checkRule(rule: Field, action: string, complain: Complain): void {
  for (const [name, member, fields] of [['from', 'source', SOURCES], ['to', 'operation', OPERATIONS]] as const) {
    if (rule.get(name).exists && rule.get(name).items.length === 0) {
      complain(rule.get(name), `\`${name}\` is empty.`, 'Leave it out, or fill it.');
    }
    for (const part of rule.get(name).items.map(each => each.get(member))) {
      if (!fields.some(field => part.get(field).items.length > 0)) {
        complain(part, `The ${member} says nothing.`, `Add one of ${fields.slice(0, 4).join(', ')}, or leave it out.`);
      }
      for (const value of fields.flatMap(field => part.get(field).items).filter(each => each.text === '')) {
        complain(value, 'The value is empty.', 'Remove it.');
      }
    }
  }
  for (const source of rule.get('from').items.map(each => each.get('source'))) {
    for (const block of ['ipBlocks', 'remoteIpBlocks'].flatMap(withNot).flatMap(name => source.get(name).items).filter(each => isIP(each.text.split('/')[0] ?? '') === 0)) {
      complain(block, `"${block.text}" is no address or range.`, 'Write 10.0.0.0/8 or one address.');
    }
    for (const name of action === 'CUSTOM' ? IDENTITIES.filter(each => source.get(each).items.length > 0) : []) {
      complain(source.get(name), `CUSTOM does not know ${name}.`, 'Use paths, methods, hosts, addresses or headers.');
    }
  }
  for (const port of rule.get('to').items.flatMap(each => ['ports', 'notPorts'].flatMap(name => each.get('operation', name).items)).filter(each => !/^\d{1,5}$/.test(each.text))) {
    complain(port, `"${port.text}" is no port.`, 'Write the number in quotes.');
  }
  for (const condition of rule.get('when').items) {
    const key = condition.get('key');
    if (!CONDITIONS.test(key.text)) {
      complain(key.exists ? key : condition, `"${key.text}" is nothing that a condition can ask.`, 'Use request.headers[name], source.ip, request.auth.claims[name] and the like.');
    } else if (['values', 'notValues'].every(name => condition.get(name).items.length === 0)) {
      complain(condition, 'The condition has no values.', 'Add values or notValues.');
    }
  }
}

export const invalidRequestAuthentication = validity(
  Kind.REQUEST_AUTHENTICATION,
  'Each rule names an issuer or a jwksUri; names of headers, parameters and audiences are not empty.',
  (resource, complain) => {
    checkTargets(resource, complain);
    for (const rule of resource.spec.get('jwtRules').items) {
      if (rule.get('issuer').text === '' && rule.get('jwksUri').text === '') {
        complain(rule, 'The rule names neither an issuer nor a jwksUri.', 'Add `issuer`.');
      }
      if (rule.get('jwksUri').text !== '' && !/^https?:\/\/[^/]/.test(rule.get('jwksUri').text)) {
        complain(rule.get('jwksUri'), `"${rule.get('jwksUri').text}" is no URL of keys.`, 'Begin with https://.');
      }
      for (const value of [...['audiences', 'fromParams', 'fromCookies'].flatMap(name => rule.get(name).items), ...rule.get('fromHeaders').items.map(each => each.get('name'))].filter(each => each.text === '')) {
        complain(value, 'The value is empty.', 'Remove it.');
      }
      checkDuration(rule.get('timeout'), complain);
    }
  },
);

export const invalidPeerAuthentication = validity(
  Kind.PEER_AUTHENTICATION,
  'Ports have modes of their own only where pods are selected.',
  (resource, complain) => {
    checkTargets(resource, complain);
    const ports = resource.spec.get('portLevelMtls');
    if (ports.entries.length > 0 && resource.spec.get('selector', 'matchLabels').entries.length === 0) {
      complain(ports, 'A whole namespace has no ports.', 'Add a selector.');
    }
    for (const [port, mode] of ports.entries.filter(([name]) => !/^\d+$/.test(name) || Number(name) < 1 || Number(name) > 65535)) {
      complain(mode, `"${port}" is no port.`, 'Use 1 to 65535.');
    }
  },
);

export const invalidTelemetry = validity(Kind.TELEMETRY, 'It is for pods by a selector or by targetRefs, and not by both.', checkTargets);

function withNot(name: string): string[] {
  return [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`];
}
