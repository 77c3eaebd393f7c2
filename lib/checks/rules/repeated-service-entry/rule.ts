import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { meetings, namesOf } from '../../manifests/services/service-entries';

export const rule: Check = {
  id: 'RepeatedServiceEntry',
  severity: Severity.WARNING,
  covers: ['KIA1211'],
  summary: 'Two ServiceEntries declare the same port of a host',
  explanation:
    'Istio merges their endpoints; of settings that differ (resolution, location) only one applies. For '
    + 'different protocols see ConflictingEntryProtocols.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const agree = new Set(members.map(each => each.protocol)).size === 1;
      const names = namesOf(members);
      for (const { entry } of agree && new Set(members.map(each => each.entry)).size > 1 ? members : []) {
        yield problem(
          entry.metadata.get('name'),
          `${names} declare port ${port} of ${host}.`,
          'Merge them into one ServiceEntry.',
        );
      }
    }
  },
};
