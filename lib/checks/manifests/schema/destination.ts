import type { Field } from '../../../manifests';
import { isDnsLabel, isHost, isPort } from './names';
import type { Complain } from './rules';

/** Where a rule sends what it matches, by weight. */
export function checkDestinations(route: Field, complain: Complain): void {
  const weights = route.items.map(each => each.get('weight'));
  for (const each of route.items) {
    if (!each.get('destination').exists) {
      complain(each, 'The destination is missing.', 'Add `destination: { host: … }`.');
    }
    checkDestination(each.get('destination'), complain);
  }
  for (const weight of weights.filter(each => each.exists && ((each.number ?? -1) < 0 || !Number.isInteger(each.number)))) {
    complain(weight, `"${weight.text}" is no weight.`, 'Use whole numbers from 0.');
  }
  if (weights.length > 1 && weights.reduce((sum, each) => sum + (each.number ?? 0), 0) === 0) {
    complain(route, 'All weights are 0, so nothing gets any request.', 'Give at least one a weight.');
  }
}

/** A destination, if it is there. */
export function checkDestination(destination: Field, complain: Complain): void {
  if (!destination.exists) {
    return;
  }
  const [host, subset, port] = ['host', 'subset', 'port'].map(name => destination.get(name));
  if (host && (host.text === '*' || !isHost(host.text))) {
    complain(host.exists ? host : destination, `"${host.text}" is no host to send to.`, 'Name the host.');
  }
  if (subset && subset.text !== '' && !isDnsLabel(subset.text)) {
    complain(subset, `"${subset.text}" is no name of a subset.`, 'Use letters, digits and dashes.');
  }
  if (port?.exists && !isPort(port.get('number'))) {
    complain(port, 'The port has no number from 1 to 65535.', 'Write `port: { number: … }`.');
  }
}
