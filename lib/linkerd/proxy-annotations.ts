import { durationOf, type Labels } from '../kubernetes';
import { type ProxyProps, ValidationError } from '../topology';

type Annotations = Readonly<Record<string, string | undefined>>;

/**
 * Annotations of a pod with the settings of its proxy.
 * @see https://linkerd.io/2/reference/proxy-configuration/
 */
export function annotationsOf(proxy: ProxyProps): Labels {
  const annotations = Object.assign({}, ...Object.values(ANNOTATIONS).map(each => each(proxy))) as Annotations;
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The annotations that each property is rendered to. A property without an entry does not compile. */
const ANNOTATIONS = {
  resources: ({ resources = {} }) => ({
    'config.linkerd.io/proxy-cpu-request': resources.cpu,
    'config.linkerd.io/proxy-cpu-limit': resources.cpuLimit,
    'config.linkerd.io/proxy-memory-request': resources.memory,
    'config.linkerd.io/proxy-memory-limit': resources.memoryLimit,
  }),
  concurrency: refused('concurrency'),
  holdApplicationUntilProxyStarts: refused('holdApplicationUntilProxyStarts'),
  drainDuration: refused('drainDuration'),
  terminationDrainDuration: ({ terminationDrainDuration: time }) => ({
    'config.linkerd.io/shutdown-grace-period': time && durationOf(time),
  }),
  env: refused('env'),
  excludeInboundPorts: ({ excludeInboundPorts }) => ({
    'config.linkerd.io/skip-inbound-ports': listOf(excludeInboundPorts),
  }),
  excludeOutboundPorts: ({ excludeOutboundPorts }) => ({
    'config.linkerd.io/skip-outbound-ports': listOf(excludeOutboundPorts),
  }),
  // The annotation `skip-subnets` would exclude connections from these ranges, too.
  excludeOutboundIPRanges: refused('excludeOutboundIPRanges'),
  logLevel: refused('logLevel'),
  componentLogLevel: refused('componentLogLevel'),
} satisfies { readonly [K in keyof ProxyProps]-?: (proxy: ProxyProps) => Annotations };

/** A setting that Linkerd's proxy does not have, or has in other terms. */
function refused(name: keyof ProxyProps): (proxy: ProxyProps) => Annotations {
  return proxy => {
    if (proxy[name] !== undefined) {
      throw new ValidationError({
        code: 'NotRendered',
        path: 'Mesh.linkerd',
        summary: `The setting \`${name}\` has no counterpart in the proxy of Linkerd.`,
        fix: 'Leave it out, or add the annotation of Linkerd with a JsonPatch of `chart.object(…)`.',
      });
    }
    return {};
  };
}

function listOf(values: readonly (string | number)[] | undefined): string | undefined {
  return values && values.length > 0 ? values.join(',') : undefined;
}
