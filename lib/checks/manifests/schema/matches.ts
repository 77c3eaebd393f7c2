import type { Field } from '../../../manifests';
import { checkHeaderMatches, checkPatternMatch, checkTextMatch } from './headers';
import { isDnsLabel, isPort } from './names';
import type { Complain } from './rules';
import { checkLabels } from './shared';

/** The matches of a rule. */
export function checkMatch(match: Field, complain: Complain): void {
  checkHeaderMatches(match.get('headers'), complain);
  checkHeaderMatches(match.get('withoutHeaders'), complain, true);
  checkPatternMatch(match.get('uri'), complain);
  [
    ...['method', 'scheme', 'authority'].map(name => match.get(name)),
    ...match.get('queryParams').entries.map(([, value]) => value),
  ].forEach(each => checkTextMatch(each, complain));
  checkMatchedConnection(match, complain);
  const namespace = match.get('sourceNamespace');
  if (namespace.text !== '' && !isDnsLabel(namespace.text)) {
    complain(namespace, `"${namespace.text}" is not a valid namespace.`, 'Use the namespace of the callers.');
  }
}

/** The conditions common to rules of all protocols: the port and the labels of callers. */
export function checkMatchedConnection(match: Field, complain: Complain): void {
  const port = match.get('port');
  if (port.exists && port.number !== 0 && !isPort(port)) {
    complain(port, `"${port.text}" is not a valid port.`, 'Use 1 to 65535.');
  }
  checkLabels(match.get('sourceLabels'), complain);
  checkGatewayNames(match.get('gateways').items, complain);
}

/**
 * Gateways as `namespace/name`. The old form is a host name; Istio does not validate the entries after the first of
 * these either.
 */
export function checkGatewayNames(gateways: readonly Field[], complain: Complain): void {
  for (const gateway of gateways) {
    const [first = '', ...more] = gateway.text.split('/');
    const isValid = more.length === 0 ? isGatewayHost(first) : isDnsLabel(first) && isDnsLabel(more.join('/'));
    if (!isValid) {
      complain(gateway, `"${gateway.text}" is not a valid Gateway name.`, 'Write `namespace/name`.');
    }
    if (more.length === 0) {
      return;
    }
  }
}

function isGatewayHost(name: string): boolean {
  return name.replace(/\.$/, '').split('.').every(isDnsLabel) && !/(^|\.)\d+$/.test(name);
}
