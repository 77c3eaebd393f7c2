import type { Field } from '../../../manifests';
import { isAddress, isDnsLabel, isFullName, isPort, isSocket } from './names';
import type { Complain } from './rules';
import { checkLabels } from './shared';

const SOCKET = 'unix://';

/** The constraints on an endpoint. */
export interface EndpointRules {
  /** The declared port names; any name, if the endpoint is an object of its own. */
  readonly ports?: readonly string[];
  readonly takesNames: boolean;
  readonly takesSockets: boolean;
}

/** An endpoint of a ServiceEntry, or a WorkloadEntry. */
export function checkEndpoint(endpoint: Field, rules: EndpointRules, complain: Complain): void {
  const address = endpoint.get('address');
  const isUnix = rules.takesSockets && address.text.startsWith(SOCKET);
  const mayBeMissing = rules.takesSockets && endpoint.get('network').text !== '';
  if (
    address.text === ''
      ? !mayBeMissing
      : isUnix
        ? !isSocket(address.text.slice(SOCKET.length))
        : !isAddress(address.text) && !(rules.takesNames && isFullName(address.text))
  ) {
    complain(
      address.exists ? address : endpoint,
      address.text === '' ? 'The endpoint has no address.' : `"${address.text}" is not a valid address.`,
      rules.takesNames ? 'Write an address or a host name.' : 'Write an address, or use resolution: DNS for names.',
    );
  }
  const ports = endpoint.get('ports').entries;
  if (isUnix && (ports.length > 0 || (rules.ports && rules.ports.length !== 1))) {
    complain(endpoint, 'A Unix socket endpoint cannot have ports.', 'Remove `ports`.');
  }
  for (const [name, port] of ports) {
    if (!isDnsLabel(name) || !isPort(port) || (rules.ports && !rules.ports.includes(name))) {
      complain(
        port,
        rules.ports && !rules.ports.includes(name)
          ? `The ServiceEntry has no port "${name}".`
          : `"${name}: ${port.text}" is not a valid port.`,
        'Write `name: number`, with the name of a declared port.',
      );
    }
  }
  checkLabels(endpoint.get('labels'), complain);
}
