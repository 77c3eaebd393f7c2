import { type Labels, toYaml } from '../kubernetes';
import type { ProxyProps } from '../topology';

/**
 * Annotations of a pod with the settings of its proxy.
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export function annotationsOf(proxy: ProxyProps): Labels {
  const annotations = Object.assign({}, ...Object.values(ANNOTATIONS).map(each => each(proxy))) as Labels;
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => (value as unknown) !== undefined));
}

type Annotations = Readonly<Record<string, string | undefined>>;

/** The annotations that each property is rendered to. A property without an entry does not compile. */
const ANNOTATIONS = {
  resources: ({ resources = {} }) => ({
    'sidecar.istio.io/proxyCPU': resources.cpu,
    'sidecar.istio.io/proxyCPULimit': resources.cpuLimit,
    'sidecar.istio.io/proxyMemory': resources.memory,
    'sidecar.istio.io/proxyMemoryLimit': resources.memoryLimit,
  }),
  concurrency: proxy => ({ 'proxy.istio.io/config': configOf(proxy) }),
  holdApplicationUntilProxyStarts: partOfConfig,
  drainDuration: partOfConfig,
  terminationDrainDuration: partOfConfig,
  env: partOfConfig,
  excludeInboundPorts: ({ excludeInboundPorts }) => ({
    'traffic.sidecar.istio.io/excludeInboundPorts': listOf(excludeInboundPorts),
  }),
  excludeOutboundPorts: ({ excludeOutboundPorts }) => ({
    'traffic.sidecar.istio.io/excludeOutboundPorts': listOf(excludeOutboundPorts),
  }),
  excludeOutboundIPRanges: ({ excludeOutboundIPRanges }) => ({
    'traffic.sidecar.istio.io/excludeOutboundIPRanges': listOf(excludeOutboundIPRanges),
  }),
  logLevel: ({ logLevel }) => ({ 'sidecar.istio.io/logLevel': logLevel }),
  componentLogLevel: ({ componentLogLevel }) => ({
    'sidecar.istio.io/componentLogLevel':
      componentLogLevel && listOf(Object.entries(componentLogLevel).map(entry => entry.join(':'))),
  }),
} satisfies { readonly [K in keyof ProxyProps]-?: (proxy: ProxyProps) => Annotations };

/** A part of the annotation `proxy.istio.io/config`, rendered with the others. */
function partOfConfig(): Annotations {
  return {};
}

/** @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig */
function configOf(proxy: ProxyProps): string | undefined {
  const { concurrency, holdApplicationUntilProxyStarts, drainDuration, terminationDrainDuration, env } = proxy;
  const config = {
    concurrency,
    holdApplicationUntilProxyStarts,
    drainDuration: drainDuration && `${drainDuration.toSeconds()}s`,
    terminationDrainDuration: terminationDrainDuration && `${terminationDrainDuration.toSeconds()}s`,
    proxyMetadata: env,
  };
  const declared = Object.entries(config).filter(([, value]) => value !== undefined);
  return declared.length > 0 ? toYaml(Object.fromEntries(declared)) : undefined;
}

function listOf(values: readonly (string | number)[] | undefined): string | undefined {
  return values && values.length > 0 ? values.join(',') : undefined;
}
