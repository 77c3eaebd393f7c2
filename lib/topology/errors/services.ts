import type { ErrorEntry } from './entry';

/** Services, their ports, versions and workloads, and the topology that has them. */
export const SERVICE_ERRORS = [
  {
    id: 'AlreadyRendered',
    summary: 'A declaration after the topology was rendered',
    explanation:
      'A chart or a stack has read the topology already, so the declaration would be lost. Declare everything '
      + 'before the topology is given to one.',
  },
  {
    id: 'Contradiction',
    summary: 'Two settings that exclude each other',
    explanation:
      'One of the two would take effect, and which one depends on the target. The message names both; keep one.',
  },
  {
    id: 'NoEffect',
    summary: 'A setting that would change nothing',
    explanation:
      'It looks as if it protected or limited something, and no object of the cluster would carry it. The '
      + 'message names what is missing; give that as well, or leave the setting out.',
  },
  {
    id: 'Duplicate',
    summary: 'Something that is declared twice',
    explanation: 'The second declaration would replace the first, or never take effect after it. Keep one of the two.',
  },
  {
    id: 'DuplicateCall',
    summary: 'A call to one port that is declared twice, with nothing to tell the two apart',
    explanation:
      'A request of the caller would have two timeouts and retry policies. Declare it once, or give each '
      + 'declaration operations of its own.',
  },
  {
    id: 'DuplicatePort',
    summary: 'Two ports of a service with one number or name',
    explanation: 'A Service of Kubernetes identifies its ports by both. Give each port its own.',
  },
  {
    id: 'ForeignService',
    summary: 'A service that belongs to another topology',
    explanation:
      'Policies on its side are written with its own topology, so the call would be denied. Declare both in one '
      + 'topology, or the callee as an existing workload.',
  },
  {
    id: 'InvalidContract',
    summary: 'A contract of another topology that cannot be read',
    explanation:
      'It is not JSON, has another format, or fields that this version does not know, which could limit callers. Copy '
      + 'the file that synthesis of the other topology writes.',
  },
  {
    id: 'NotAdmitted',
    summary: 'A call that the contract of its callee does not allow',
    explanation:
      'The policies of the callee, which its owner renders, would deny it: another caller, port or operation is '
      + 'allowed. Have the owner allow it, or correct the call; if the contract is outdated, copy it again.',
  },
  {
    id: 'UnknownService',
    summary: 'A service that a contract does not have, or has several of',
    explanation:
      'A contract has the services that allow callers outside their topology. Have the owner declare `allowFrom`, or '
      + 'correct the name.',
  },
  {
    id: 'MissingGrpcService',
    summary: 'gRPC methods without the gRPC service that they belong to',
    explanation: 'The path of a gRPC request has the service in it: without it no policy or route can match a method.',
  },
  {
    id: 'NoImage',
    summary: 'A version without a container image',
    explanation:
      'There is nothing to run. Give an image on the version or on the service, or declare that its pods exist '
      + 'already.',
  },
  {
    id: 'NoLabels',
    summary: 'An existing workload without labels',
    explanation: 'Its policies would select every pod of the namespace. Give the labels that its pods have.',
  },
  {
    id: 'NoVersion',
    summary: 'An empty list of versions',
    explanation: 'Every service has one version at least. Name one, or leave the list out.',
  },
  {
    id: 'NothingToCall',
    summary: 'A call to a service without ports',
    explanation: 'A connection needs a port. Declare one on the callee.',
  },
  {
    id: 'NothingToProbe',
    summary: 'A health check over a port that does not exist',
    explanation:
      'The kubelet would restart the container forever. Declare the port, or declare that there is no health '
      + 'check.',
  },
  {
    id: 'ReservedNamespace',
    summary: 'A namespace of Kubernetes itself or of a control plane',
    explanation:
      'The default deny of a topology would cut off what runs there. Give the topology, or the workload, its '
      + 'own namespace.',
  },
  {
    id: 'ReservedUser',
    summary: 'A container that runs as user or group 1337, or as user 2102',
    explanation:
      'Istio does not redirect the traffic of user and group 1337, and Linkerd that of user 2102, which are those of '
      + 'their proxies: the container would bypass mutual TLS and all policies. Use another id.',
  },
  {
    id: 'UnknownMethod',
    summary: 'A gRPC method that the service does not declare',
    explanation:
      'A policy for it would never match. Name a declared method, or write it in full, "package.Service/Method".',
  },
  {
    id: 'UnknownPort',
    summary: 'A port that the callee does not have',
    explanation: 'Connections to it are refused. Name a declared port, or declare it.',
  },
  {
    id: 'UnknownVersion',
    summary: 'A version that the service does not have',
    explanation: 'Requests routed to it would fail with 503. Name a declared version.',
  },
  {
    id: 'ReservedName',
    summary: 'A name that belongs to the namespace as a whole, to the topology or to the mesh',
    explanation:
      'The objects of the workload would overwrite the default policies or the default ServiceAccount of the '
      + 'namespace, or a label, annotation or container that the topology or the mesh sets. Use another name.',
  },
  {
    id: 'InvalidText',
    summary: 'A variable, command or argument that contains NUL',
    explanation: 'Linux ends such texts at the first NUL, so no container starts. Remove it, or mount a file.',
  },
  {
    id: 'CircularReference',
    summary: 'Environment variables that refer to each other',
    explanation:
      'Kubernetes replaces $(NAME) only with variables that are defined before, so one of them would keep its '
      + 'literal text. Write one of them without a reference.',
  },
  {
    id: 'MissingReason',
    summary: 'A container that runs as root, without a reason',
    explanation:
      'A review of the manifests needs it. Give the reason as text, or a numeric user that the image can ' + 'run as.',
  },
  {
    id: 'UnsafeCapability',
    summary: 'A capability with which a container can leave its isolation',
    explanation:
      'With NET_ADMIN it can remove the redirection of its traffic to the proxy, with SYS_ADMIN take control of the '
      + 'node. Use one of those that the Pod Security level "baseline" allows.',
  },
  {
    id: 'BypassedProxy',
    summary: 'A port that is excluded from the proxy, and whose policies only the proxy enforces',
    explanation:
      'Connections would have no mutual TLS, and AuthorizationPolicies would not apply to them. Exclude other ports '
      + 'only, or run the service without a proxy.',
  },
  {
    id: 'InvalidSchedule',
    summary: 'A schedule or time zone that no CronJob can have',
    explanation:
      'The API server rejects it. Write five fields such as `0 3 * * *`, and a zone such as `Europe/Berlin`.',
  },
  {
    id: 'NoPodNames',
    summary: 'The host name of a single pod that has none',
    explanation:
      'Only pods of a StatefulSet have host names of their own, which its headless Service resolves. '
      + 'Declare that kind, '
      + 'or use the host name of the service.',
  },
  {
    id: 'IndistinctHosts',
    summary: 'One caller of two external hosts on one port that nothing in a connection distinguishes',
    explanation:
      'The proxy of the caller chooses by the Host header or by the server name in TLS, which plain TCP does '
      + 'not have: connections to one host could reach the other. Use another port, TLS, or a service for each.',
  },
] as const satisfies readonly ErrorEntry[];
