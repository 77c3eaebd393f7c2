import type { Field } from '../../../manifests';
import { isDnsLabel, isHost, isPort } from './names';
import type { Complain } from './rules';

/** The weighted destinations of a rule. */
export function checkDestinations(route: Field, complain: Complain): void {
  const weights = route.items.map(each => each.get('weight'));
  for (const each of route.items) {
    if (!each.get('destination').exists) {
      complain(each, 'The destination is missing.', 'Add `destination: { host: … }`.');
    }
    checkDestination(each.get('destination'), complain);
  }
  for (const weight of weights.filter(
    each => each.exists && ((each.number ?? -1) < 0 || !Number.isInteger(each.number)),
  )) {
    complain(weight, `"${weight.text}" is not a valid weight.`, 'Use a whole number of 0 or more.');
  }
  if (weights.length > 1 && weights.reduce((sum, each) => sum + (each.number ?? 0), 0) === 0) {
    complain(route, 'All weights are 0, so no destination receives requests.', 'Set at least one weight above 0.');
  }
}

/** A destination, if present. */
export function checkDestination(destination: Field, complain: Complain): void {
  if (!destination.exists) {
    return;
  }
  const [host, subset, port] = ['host', 'subset', 'port'].map(name => destination.get(name));
  if (host && (host.text === '*' || !isHost(host.text))) {
    complain(host.exists ? host : destination, `"${host.text}" is not a valid destination host.`, 'Set the host.');
  }
  if (subset && subset.text !== '' && !isDnsLabel(subset.text)) {
    complain(subset, `"${subset.text}" is not a valid subset name.`, 'Use letters, digits and dashes.');
  }
  if (port?.exists && !isPort(port.get('number'))) {
    complain(port, 'The port has no number from 1 to 65535.', 'Write `port: { number: … }`.');
  }
}
