import {
  carriesRequests,
  type Cluster,
  type Field,
  isTrueInGo,
  memo,
  modeFor,
  protocolOf,
  type Workload,
} from '../../manifests';
import { portsLeadingTo } from './endpoints';
import { sidecarOf } from './sidecars';
import { Unsimulated } from '../messages/unsimulated';

/** What a proxy reads on a port; unknown if the port declares no protocol, so that the traffic decides. */
export type Reads = 'requests' | 'bytes' | 'unknown';

/** A port of a workload as its sidecar accepts connections there. */
export interface InboundPort {
  /** What those declare that lead there: several Services may differ. Without any, the traffic decides. */
  readonly reads: readonly Reads[];
  /** Whether a Sidecar declares the ports, so that the protocols of the Services count for nothing. */
  readonly isOfSidecar: boolean;
  /** The listener of the Sidecar for the port. */
  readonly listener?: Field;
  /** The settings of the TLS that ends at the proxy and is not that of the mesh. */
  readonly tls?: Field;
  /** Why it is not known what the proxy does there. */
  readonly doubt?: Unsimulated;
}

/**
 * A port of a workload: by the listener of its Sidecar, else by the Services that lead there. A Sidecar with listeners
 * for incoming traffic replaces those of the Services: other ports are passed through, their protocol is detected.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/listener_inbound.go
 */
export function inboundPort(workload: Workload, number: number, cluster: Cluster): InboundPort {
  const listeners = sidecarOf(workload, cluster)?.spec.get('ingress').items ?? [];
  if (listeners.length === 0) {
    return {
      isOfSidecar: false,
      reads: [...new Set(portsLeadingTo(workload, number, cluster).map(({ port }) => readsAt(port)))],
    };
  }
  const listener = listeners.find(each => each.get('port', 'number').number === number);
  return listener ? ofListener(listener, workload, number, cluster) : { isOfSidecar: true, reads: [] };
}

/**
 * What the proxy of a port may read of what a caller sends by the protocol of its Service, as connections (true) or
 * requests (false).
 */
export function kindsAt({ isOfSidecar, reads }: InboundPort, isTcp: boolean): readonly boolean[] {
  const isDetected = isOfSidecar && !reads.includes('bytes') && !reads.includes('requests');
  return !isOfSidecar ? [isTcp] : isDetected ? [...new Set([isTcp, false])] : [reads.includes('bytes')];
}

/** What a proxy reads on a port of a Service or ServiceEntry, or on a listener of a Sidecar. */
export function readsAt(port: Field): Reads {
  const carries = carriesRequests(port);
  return carries === undefined ? 'unknown' : carries ? 'requests' : 'bytes';
}

/**
 * Where a listener of a Sidecar sends what it accepts, if it is not to the port itself. An endpoint without an address
 * means the port of the listener, independent of its own port.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/cluster.go
 */
export function defaultEndpointOf(listener: Field | undefined): string | undefined {
  const { text = '' } = listener?.get('defaultEndpoint') ?? {};
  return text === '' || text.startsWith(':') ? undefined : text;
}

function ofListener(listener: Field, workload: Workload, number: number, cluster: Cluster): InboundPort {
  const port = listener.get('port');
  const tls = listener.get('tls');
  const doubt = doubtOf(listener);
  if (doubt || !tls.exists) {
    return { isOfSidecar: true, listener, reads: [readsAt(port)], doubt };
  }
  const isDisabled = modeFor(workload, cluster, number) === 'DISABLE';
  const isHttps = protocolOf(port) === 'https';
  const isRead = terminatesTls(cluster);
  if (isRead === undefined && (isDisabled || isHttps)) {
    return { isOfSidecar: true, listener, reads: [], doubt: unknownTls(tls) };
  }
  return {
    isOfSidecar: true,
    listener,
    reads: [isRead && isHttps ? 'requests' : readsAt(port)],
    tls: isRead && isDisabled ? tls : undefined,
  };
}

const ENDPOINT = /^(unix:\/\/.+|(127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:\d+)$/;

function doubtOf(listener: Field): Unsimulated | undefined {
  const [mode, endpoint] = [listener.get('captureMode'), listener.get('defaultEndpoint')];
  if (mode.text === 'NONE') {
    return new Unsimulated(
      `The Sidecar ${listener.resource.key} has a listener that binds to its port (${String(mode)}).`,
      'Use a workload whose traffic is captured.',
    );
  }
  return endpoint.text === '' || ENDPOINT.test(endpoint.text)
    ? undefined
    : new Unsimulated(
        `The Sidecar ${listener.resource.key} forwards to ${endpoint.text}, which Istio rejects (${String(endpoint)}).`,
        'Forward to 127.0.0.1:PORT, 0.0.0.0:PORT or unix:///PATH.',
      );
}

function unknownTls(tls: Field): Unsimulated {
  return new Unsimulated(
    `The Sidecar ${tls.resource.key} has TLS settings (${String(tls)}), which istiod reads only with the environment `
      + `variable ${TLS_SETTING}, and its Deployment is not in the manifests.`,
    'Add the Deployment of istiod to the manifests, or remove the settings.',
  );
}

const TLS_SETTING = 'ENABLE_TLS_ON_SIDECAR_INGRESS';

/** Whether istiod reads TLS settings of Sidecars, which is off by default; undefined if its Deployment does not tell. */
const terminatesTls = memo((cluster: Cluster): boolean | undefined => {
  const settings = cluster.workloads.all.filter(each => each.labels.app === 'istiod').map(settingOf);
  return new Set(settings).size === 1 ? settings[0] : undefined;
});

function settingOf({ pod }: Workload): boolean | undefined {
  const variable = pod
    .get('containers')
    .items.flatMap(container => container.get('env').items)
    .find(each => each.get('name').text === TLS_SETTING);
  return variable?.get('valueFrom').exists ? undefined : isTrueInGo(variable?.get('value').text ?? '');
}
