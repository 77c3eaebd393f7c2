import { type Field, Kind } from '../../../manifests';
import { isPort } from '../../manifests/schema/names';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkLabels } from '../../manifests/schema/shared';

const COUNTS = ['periodSeconds', 'initialDelaySeconds', 'timeoutSeconds', 'successThreshold', 'failureThreshold'];

export const rule = validity(
  Kind.WORKLOAD_GROUP,
  'It needs a template; its probe needs an action and a valid port.',
  ({ spec }, complain) => {
    if (!spec.get('template').exists) {
      complain(spec, 'The WorkloadGroup has no template.', 'Add `template`, at least `{}`.');
    }
    checkLabels(spec.get('metadata', 'labels'), complain);
    if (spec.get('probe').exists) {
      checkProbe(spec.get('probe'), complain);
    }
  },
);

function checkProbe(probe: Field, complain: Complain): void {
  for (const count of COUNTS.map(name => probe.get(name)).filter(each => (each.number ?? 0) < 0)) {
    complain(count, 'The number is negative.', 'Use 0 or more.');
  }
  const [http, tcp, exec] = ['httpGet', 'tcpSocket', 'exec'].map(name => probe.get(name));
  if (![http, tcp, exec, probe.get('grpc')].some(each => each?.exists)) {
    complain(probe, 'The probe has no action.', 'Add httpGet, tcpSocket or exec.');
  }
  for (const each of [http, tcp].filter(each => each?.exists && !isPort(each.get('port')))) {
    complain(each?.get('port') ?? probe, 'The probe has no port from 1 to 65535.', 'Add `port`.');
  }
  if (http && !['', 'HTTP', 'HTTPS'].includes(http.get('scheme').text)) {
    complain(http.get('scheme'), `"${http.get('scheme').text}" is not a valid scheme.`, 'Use HTTP or HTTPS.');
  }
  for (const header of http?.get('httpHeaders').items.filter(each => !/^[-A-Za-z0-9]+$/.test(each.get('name').text))
    ?? []) {
    complain(header, `"${header.get('name').text}" is not a valid header name.`, 'Use letters, digits and dashes.');
  }
  if (exec?.exists && exec.get('command').items.length === 0) {
    complain(exec, 'The exec probe has no command.', 'Add `command`.');
  }
}
