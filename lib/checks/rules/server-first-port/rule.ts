import { Kind, protocolOf, hasIstio } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isOfIstio } from '../../manifests/services/port-name-form';

/** Server-first protocols of databases and mail servers, by their usual ports. */
const SERVER_FIRST: ReadonlyMap<number, string> = new Map([
  [21, 'FTP'],
  [22, 'SSH'],
  [25, 'SMTP'],
  [3306, 'MySQL'],
  [27017, 'MongoDB'],
]);

export const rule: Check = {
  id: 'ServerFirstPort',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A port with a server-first protocol does not declare its protocol',
  explanation:
    "Istio waits for the client's first bytes to detect the protocol; the client waits for the server's. "
    + 'The connection stalls until the detection times out, and with STRICT mutual TLS it may fail. '
    + 'Istio treats the ports 25, 53, 3306 and 27017 as TCP, but not another Service port that maps to one of them.',
  *find(cluster) {
    if (!hasIstio(cluster)) {
      return;
    }
    for (const service of cluster.all(Kind.SERVICE).filter(each => !isOfIstio(each))) {
      for (const port of service.spec.get('ports').items.filter(each => protocolOf(each) === undefined)) {
        const target = port.get('targetPort').number ?? port.get('port').number ?? 0;
        const name = SERVER_FIRST.get(target) ?? SERVER_FIRST.get(port.get('port').number ?? 0);
        if (name) {
          yield problem(
            port,
            `Port ${port.get('port').text} maps to ${name}, a server-first protocol, and does not declare it.`,
            'Set `appProtocol: tcp` (or mysql, mongo).',
          );
        }
      }
    }
  },
};
