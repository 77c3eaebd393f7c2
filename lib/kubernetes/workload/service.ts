import { ApiObject } from 'cdk8s';
import { k8s, Service as KubeService } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { type Service, ServiceType } from '../../topology';
import { refine } from '../as-written';
import { DeclaredObject } from '../declared-object';
import { SERVICE } from '../generated';
import { elsewhere, podsElsewhere } from '../elsewhere';
import type { Labels } from '../topology-chart';
import { isObject, type Json, withoutDefaults } from './without-defaults';

/** A Service that selects the pods with these labels, without labels by none of them; nothing without a port. */
export function renderService(scope: Construct, id: string, service: Service, name: string, selector: Labels): void {
  if (service.ports.length === 0) {
    return;
  }
  const { labels, annotations } = service.objects.serviceMetadata ?? {};
  const metadata = {
    name,
    namespace: service.namespace,
    labels,
    annotations: { ...annotations, ...elsewhere(podsElsewhere(service)).annotations },
  };
  const ports = service.ports.map(port => ({ name: port.name, port: port.number, targetPort: port.target }));
  const access = id === 'service' ? accessOf(service) : {};
  const isSelecting = Object.keys(selector).length > 0;
  new DeclaredObject(scope, id, {
    gvk: SERVICE.GVK,
    metadata,
    create: () => {
      const kube = new KubeService(scope, id, { metadata, ports });
      Object.entries(selector).forEach(([label, value]) => kube.selectLabel(label, value));
      refine(ApiObject.of(kube), written => {
        const plain = withoutDefaults(written);
        const fields = Object.entries(isObject(plain.spec) ? plain.spec : {}).filter(
          ([field]) => field !== 'selector' || isSelecting,
        );
        return { ...plain, spec: { ...Object.fromEntries(fields), ...access } };
      });
      return kube;
    },
    fields: () => ({ spec: { ports, selector: isSelecting ? selector : undefined, ...access } }),
  });
}

/** The fields of a Service by which it is reached. */
function accessOf({ objects, allowedPeers }: Service): Json {
  const { headless, serviceType = ServiceType.CLUSTER_IP, trafficDistribution } = objects;
  const isExposed = serviceType !== ServiceType.CLUSTER_IP;
  const cidrs = [...new Set(allowedPeers.flatMap(({ peer }) => peer.addresses ?? []))];
  return {
    ...(headless ? { clusterIP: 'None' } : {}),
    ...(trafficDistribution === undefined ? {} : { trafficDistribution }),
    // With the policy `Cluster`, nodes replace the source address, by which the NetworkPolicy allows the callers.
    ...(isExposed ? { type: serviceType, externalTrafficPolicy: 'Local' } : {}),
    ...(serviceType === ServiceType.LOAD_BALANCER ? { loadBalancerSourceRanges: cidrs } : {}),
  };
}

/** Resolves the name of each pod of a StatefulSet, also before it is ready: its pods may wait for each other. */
export function renderHeadlessService(scope: Construct, service: Service): void {
  const { headlessService: name, namespace, ports, selector } = service;
  if (name === undefined) {
    return;
  }
  // Clients connect to the pod itself, so the port is that of the container.
  const ofPods = ports.filter((port, index) => ports.findIndex(({ target }) => target === port.target) === index);
  new k8s.KubeService(scope, 'headless-service', {
    metadata: { name, namespace },
    spec: {
      clusterIp: 'None',
      publishNotReadyAddresses: true,
      ports: ofPods.length > 0 ? ofPods.map(port => ({ name: port.name, port: port.target })) : undefined,
      selector,
    },
  });
}
