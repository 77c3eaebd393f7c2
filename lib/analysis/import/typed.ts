import { Kind, type KubernetesObject, type Resource } from '../../manifests';
import { exported, literal, make, name, object, type Statement } from '../program';
import { pruned } from './patches';

/** The classes of objects that are typed. */
export const CLASSES: Readonly<Record<string, string>> = {
  [Kind.VIRTUAL_SERVICE]: 'VirtualService',
  [Kind.DESTINATION_RULE]: 'DestinationRule',
  [Kind.ISTIO_GATEWAY]: 'IstioGateway',
  [Kind.SERVICE_ENTRY]: 'ServiceEntry',
  [Kind.WORKLOAD_ENTRY]: 'WorkloadEntry',
  [Kind.WORKLOAD_GROUP]: 'WorkloadGroup',
  [Kind.SIDECAR]: 'Sidecar',
  [Kind.PEER_AUTHENTICATION]: 'PeerAuthentication',
  [Kind.REQUEST_AUTHENTICATION]: 'RequestAuthentication',
  [Kind.AUTHORIZATION_POLICY]: 'AuthorizationPolicy',
  [Kind.TELEMETRY]: 'Telemetry',
  [Kind.GATEWAY]: 'Gateway',
  [Kind.HTTP_ROUTE]: 'HttpRoute',
  [Kind.GRPC_ROUTE]: 'GrpcRoute',
  [Kind.TLS_ROUTE]: 'TlsRoute',
  [Kind.TCP_ROUTE]: 'TcpRoute',
  [Kind.REFERENCE_GRANT]: 'ReferenceGrant',
  [Kind.BACKEND_TLS_POLICY]: 'BackendTlsPolicy',
};

/** Objects as typed resources, those of gateways with the reason why they are no edges. */
export function typedStatements(resources: readonly Resource[], reasons: ReadonlyMap<Resource, string>): Statement[] {
  return resources.map(resource => {
    const {
      object: { metadata, spec },
      namespace,
      name: title,
      type,
      kind,
    } = resource;
    const reason = reasons.get(resource);
    return {
      comment: reason === undefined ? undefined : [`The Gateway ${resource.key} is no edge of the model: ${reason}.`],
      code: make(
        exported('cdk8s-cardinal/istio', CLASSES[type] ?? kind),
        name('chart'),
        literal(`${kind}-${namespace}-${title}`),
        object({
          metadata: literal(ownMetadata({ ...metadata, namespace })),
          spec: literal(pruned(spec) ?? {}),
        }),
      ),
    };
  });
}

/** The metadata without what the API server and kubectl set. */
export function ownMetadata(metadata: KubernetesObject['metadata']): KubernetesObject['metadata'] {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([each]) => !each.startsWith('kubectl.kubernetes.io/'),
  );
  return {
    ...Object.fromEntries(
      Object.entries(metadata).filter(
        ([field]) => ['name', 'namespace'].includes(field) || !SERVER_METADATA.includes(field),
      ),
    ),
    annotations: annotations.length > 0 ? Object.fromEntries(annotations) : undefined,
  };
}

/** Metadata that the API server sets, beside names. */
export const SERVER_METADATA = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
  'generateName',
];
