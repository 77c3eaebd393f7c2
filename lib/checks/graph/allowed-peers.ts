import { type AllowedPeer, ForeignService, type Service, type Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisCode, SynthesisFinding } from './codes';

/**
 * Callers outside the topology whose declaration would not allow them, or would allow others: without a proxy where
 * mutual TLS is required, by a ServiceAccount that nothing proves, or a service of the topology itself.
 * @param mutualTls whether services of the mesh accept mutual TLS only
 */
export function allowedPeers({ services }: Topology, mutualTls: boolean): SynthesisFinding[] {
  return services.flatMap(service =>
    service.allowedPeers.flatMap(allowed => {
      const found = problemOf(
        service,
        allowed,
        services,
        mutualTls && service.inMesh && !service.isPlaintext(allowed.port),
      );
      return found ? [{ severity: Severity.ERROR, path: `${allowed.peer.name} → ${service.path}`, ...found }] : [];
    }),
  );
}

interface Problem {
  readonly id: SynthesisCode;
  readonly message: string;
  readonly fix: string;
}

function problemOf(
  service: Service,
  { peer, port, plaintext, allowedOperations }: AllowedPeer,
  services: readonly Service[],
  isIdentified: boolean,
): Problem | undefined {
  if (service.isForeign) {
    return {
      id: 'UnguardedCaller',
      message:
        `The owner of namespace ${service.namespace} manages the policies of ${service.name}, so the `
        + 'topology has none to allow it.',
      fix: `Have the owner allow it, or own the namespace: \`topology.addNamespace('${service.namespace}')\`.`,
    };
  }
  const own = services.find(
    each =>
      peer.hasIdentity
      && !(each instanceof ForeignService)
      && each.namespace === peer.namespace
      && each.serviceAccount === peer.serviceAccount,
  );
  if (own) {
    return {
      id: 'UnguardedCaller',
      message: `It is the service ${own.name} of the same topology, whose own calls it would widen.`,
      fix: `Declare the call: \`${own.name}.calls(${service.name})\`.`,
    };
  }
  if (isIdentified && !peer.hasIdentity && !plaintext) {
    return {
      id: 'CallerOutsideMesh',
      message: `It has no proxy, so ${service.name}, which requires mutual TLS, closes its connections.`,
      fix:
        `Set \`plaintext: true\` to open port ${port.number} of ${service.name} alone, or give its `
        + `ServiceAccount by \`Peer.serviceAccount\` if it is in the mesh.`,
    };
  }
  if (!isIdentified && peer.hasIdentity && !peer.podLabels) {
    return {
      id: 'UnguardedCaller',
      message:
        `${service.name} has ${service.inMesh ? 'no mutual TLS there' : 'no proxy'} to verify the ServiceAccount, so `
        + `every pod of namespace ${peer.namespace ?? ''} would be allowed.`,
      fix: 'Give `podLabels` as well, for the NetworkPolicy.',
    };
  }
  return allowedOperations && !service.inMesh
    ? {
        id: 'UnguardedOperations',
        message: `${service.name} has no proxy to enforce \`allowedOperations\`, so every operation would be allowed.`,
        fix: `Add ${service.name} to the mesh, or remove \`allowedOperations\`.`,
      }
    : undefined;
}
