import type { Cluster } from '../../../manifests';
import { type Server, sharePods } from './servers';

export function* rivalsOf(server: Server, others: Iterable<Server>, cluster: Cluster): Generator<Server> {
  for (const other of others) {
    if (
      other !== server
      && other.bind === server.bind
      && (other.gateway === server.gateway || sharePods(server, other, cluster))
    ) {
      yield other;
    }
  }
}

export function* namesOf(servers: Iterable<Server>): Generator<string> {
  for (const { gateway } of servers) {
    yield gateway.key;
  }
}
