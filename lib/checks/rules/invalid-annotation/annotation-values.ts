import { isIP } from 'node:net';
import { ownValue, embeddedValue, isMap } from '../../../manifests';

const UINT32 = 2 ** 32;
const UINT16 = 2 ** 16;

/** The valid values of each annotation, as a description and a predicate. */
const RULES: Readonly<Record<string, readonly [string, (value: string) => boolean]>> = {
  'sidecar.istio.io/interceptionMode': [
    'REDIRECT, TPROXY or NONE',
    value => ['REDIRECT', 'TPROXY', 'NONE'].includes(value),
  ],
  'status.sidecar.istio.io/port': ['a port', isPort],
  'readiness.status.sidecar.istio.io/initialDelaySeconds': ['a whole number', isCount],
  'readiness.status.sidecar.istio.io/periodSeconds': ['a whole number', isCount],
  'readiness.status.sidecar.istio.io/failureThreshold': ['a whole number', isCount],
  'traffic.sidecar.istio.io/includeOutboundIPRanges': [
    'a list of CIDR ranges, or *',
    value => value === '*' || areRanges(value),
  ],
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': ['a list of CIDR ranges', areRanges],
  'traffic.sidecar.istio.io/includeInboundPorts': ['a list of ports, or *', value => value === '*' || arePorts(value)],
  'traffic.sidecar.istio.io/excludeInboundPorts': ['a list of ports', arePorts],
  'traffic.sidecar.istio.io/excludeOutboundPorts': ['a list of ports', arePorts],
  'traffic.sidecar.istio.io/excludeInterfaces': ['a list of network interfaces', areInterfaces],
  'traffic.sidecar.istio.io/kubevirtInterfaces': ['a list of network interfaces', areInterfaces],
  'istio.io/reroute-virtual-interfaces': ['a list of network interfaces', areInterfaces],
  'proxy.istio.io/config': ['a ProxyConfig as YAML', isMapOfYaml],
  'prometheus.istio.io/merge-metrics': ['true or false', value => /^(1|t|true|0|f|false)$/i.test(value)],
  'sidecar.istio.io/proxyCPU': ['a quantity', isQuantity],
  'sidecar.istio.io/proxyMemory': ['a quantity', isQuantity],
  'sidecar.istio.io/proxyCPULimit': ['a quantity', isQuantity],
  'sidecar.istio.io/proxyMemoryLimit': ['a quantity', isQuantity],
};

/** The description of the valid values, if a value is invalid. */
export function annotationProblem(name: string, value: string): string | undefined {
  const [wanted, accepts] = ownValue(RULES, name) ?? [];
  return accepts && !accepts(value) ? wanted : undefined;
}

function isCount(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) < UINT32;
}

function isPort(value: string): boolean {
  return /^\d+$/.test(value.trim()) && Number(value) < UINT16;
}

function arePorts(value: string): boolean {
  return value.trim() === '' || value.split(',').every(isPort);
}

function areRanges(value: string): boolean {
  return (
    value === ''
    || value.split(',').every(each => {
      const [address = '', bits = ''] = each.split('/');
      const family = isIP(address);
      return family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
    })
  );
}

function isQuantity(value: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value);
}

function areInterfaces(value: string): boolean {
  return value === '' || value.split(',').every(each => /^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/.test(each.trim()));
}

function isMapOfYaml(value: string): boolean {
  return value.trim() === '' || isMap(embeddedValue(value));
}
