import { addTo, type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

export const repeatedListener: Check = {
  id: 'RepeatedListener',
  severity: Severity.ERROR,
  covers: ['KIA1503'],
  summary: 'Two listeners of a Gateway have the same port, protocol and hostname',
  explanation: 'The Gateway API requires them to be distinct; both are rejected.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.GATEWAY)) {
      const seen = new Set<string>();
      for (const listener of gateway.spec.get('listeners').items) {
        const key = keyOf(listener);
        if (seen.has(key)) {
          yield problem(listener, 'Another listener of this Gateway has the same port, protocol and hostname, and both are rejected.', 'Use a different hostname or port.');
        }
        seen.add(key);
      }
    }
  },
};

export const sharedListener: Check = {
  id: 'SharedListener',
  severity: Severity.WARNING,
  covers: ['KIA1501'],
  summary: 'Two Gateways listen for the same hostname and port',
  explanation: 'Each has its own address, so DNS decides which one clients reach; that is intended while traffic is migrated from one to the other.',
  *find(cluster) {
    yield* shared(cluster, gateway => gateway.spec.get('listeners').items.filter(each => each.get('hostname').text !== '').map(at => ({ at, key: keyOf(at) })), 'also listens for this hostname on this port');
  },
};

export const sharedAddress: Check = {
  id: 'SharedAddress',
  severity: Severity.WARNING,
  covers: ['KIA1502'],
  summary: 'Two Gateways request the same address',
  explanation: 'One of them gets the address, and the other is not programmed.',
  *find(cluster) {
    yield* shared(cluster, gateway => gateway.spec.get('addresses').items.map(at => ({ at, key: `${at.get('type').text || 'IPAddress'} ${at.get('value').text}` })), 'also requests this address');
  },
};

function keyOf(listener: Field): string {
  return ['port', 'protocol', 'hostname'].map(name => listener.get(name).text).join(' ');
}

function* shared(cluster: Cluster, keysOf: (gateway: Resource) => { at: Field; key: string }[], what: string) {
  const uses = new Map<string, { gateway: Resource; at: Field }[]>();
  for (const gateway of cluster.all(Kind.GATEWAY)) {
    for (const { at, key } of keysOf(gateway)) {
      addTo(uses, key, { gateway, at });
    }
  }
  for (const members of uses.values()) {
    for (const { gateway, at } of members) {
      const others = [...new Set(members.filter(each => each.gateway !== gateway).map(each => each.gateway.key))];
      if (others.length > 0) {
        yield problem(at, `The Gateway ${others.join(' and ')} ${what}.`, 'Use one Gateway, or different values.');
      }
    }
  }
}
