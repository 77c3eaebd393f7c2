import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { meetings, namesOf } from '../../manifests/services/service-entries';

export const rule: Check = {
  id: 'ConflictingEntryProtocols',
  severity: Severity.WARNING,
  covers: ['IST0177', 'KIA1212'],
  summary: 'Two ServiceEntries declare the same port of a host with different protocols',
  explanation: 'Which protocol applies is undefined. ServiceEntries exported to different namespaces do not conflict.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const protocols = [...new Set(members.map(each => each.protocol))];
      const names = namesOf(members);
      for (const { entry } of protocols.length > 1 ? members : []) {
        yield problem(
          entry.metadata.get('name'),
          `${names} declare port ${port} of ${host} with the protocols ${protocols.join(' and ')}.`,
          'Declare the port once.',
        );
      }
    }
  },
};
