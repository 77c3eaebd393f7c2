import type { EdgeGateway } from '../kubernetes';

/** The identities that policies refer to: of workloads, and of the gateways of edges. */
export interface Identities {
  readonly gateway: EdgeGateway;
  principal(namespace: string, serviceAccount: string): string;
}
