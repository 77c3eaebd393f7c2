import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf } from '../kubernetes';
import type { AllowedPeer, Port, Service } from '../topology';
import type { Identities } from './identities';
import { rulesFor } from './service-auth';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;

/**
 * The rules of an AuthorizationPolicy for the callers outside the topology that a service allows.
 * @param isIncluded the callers that the policy is for; all by default
 * @param portOf the number by which the rules refer to a port
 */
export function rulesOfPeers(
  service: Service,
  mesh: Identities,
  isIncluded: (peer: AllowedPeer) => boolean = () => true,
  portOf: (port: Port) => number = port => port.target,
): Rule[] {
  return service.allowedPeers.filter(isIncluded).flatMap(({ peer, port, allowedOperations }) => {
    const { namespace, serviceAccount, addresses } = peer;
    const source: Source =
      serviceAccount !== undefined && namespace !== undefined && !service.isPlaintext(port)
        ? { principals: [mesh.principal(namespace, serviceAccount)] }
        : { ...WITHOUT_IDENTITY, ipBlocks: addresses && [...addresses] };
    return rulesFor(service, source, port, allowedOperations, portOf(port));
  });
}

/**
 * The mode of mutual TLS for each port that callers without a proxy use, or that has none, as a PeerAuthentication has
 * it.
 */
export function plaintextPorts(service: Service): { [port: number]: { mode: 'PERMISSIVE' | 'DISABLE' } } | undefined {
  const ports = openPortsOf(service);
  const disabled = disabledPortsOf(service);
  return ports.length > 0
    ? Object.fromEntries(ports.map(port => [port, { mode: disabled.includes(port) ? 'DISABLE' : 'PERMISSIVE' }]))
    : undefined;
}

/** The source of a rule for a caller with that identity, which it has where mutual TLS proves it. */
export function sourceOf(service: Service, principal: string, port: Port): Source {
  return service.isPlaintext(port) ? WITHOUT_IDENTITY : { principals: [principal] };
}

/**
 * The rules of a DENY policy for all callers but those with one of the identities, and on the ports for callers without
 * a proxy but these.
 */
export function rulesAgainstOthers(service: Service, notPrincipals: readonly string[]): Rule[] {
  const others: Source = notPrincipals.length > 0 ? { notPrincipals: [...notPrincipals] } : {};
  const open = openPortsOf(service);
  if (open.length === 0) {
    return [notPrincipals.length > 0 ? { from: [{ source: others }] } : {}];
  }
  return [
    {
      ...(notPrincipals.length > 0 ? { from: [{ source: others }] } : {}),
      to: [{ operation: { notPorts: open.map(String) } }],
    },
    ...open.map(port => ({
      from: [{ source: { principals: ['*'], ...others } }, ...otherAddresses(service, port)],
      to: [{ operation: { ports: [String(port)] } }],
    })),
  ];
}

/** Callers without mutual TLS: no certificate, so no principal. */
const WITHOUT_IDENTITY = { notPrincipals: ['*'] };

/** Where only addresses may connect in plaintext: all other addresses. */
function otherAddresses(service: Service, port: number): { source: Source }[] {
  const ranges = service.allowedPeers
    .filter(each => each.plaintext && each.port.target === port)
    .map(each => each.peer.addresses);
  return ranges.includes(undefined) || disabledPortsOf(service).includes(port)
    ? []
    : [{ source: { ...WITHOUT_IDENTITY, notIpBlocks: ranges.flatMap(each => each ?? []) } }];
}

function openPortsOf(service: Service): number[] {
  const open = service.allowedPeers.filter(each => each.plaintext).map(each => each.port.target);
  return [...new Set([...open, ...disabledPortsOf(service)])];
}

function disabledPortsOf(service: Service): number[] {
  return service.ports.filter(each => service.isPlaintext(each)).map(({ target }) => target);
}
