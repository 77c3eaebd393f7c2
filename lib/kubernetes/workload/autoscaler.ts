import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  type Autoscaling,
  type MetricTargetProps,
  type ScalingMetric,
  utilizationOf,
  type Version,
} from '../../topology';
import { declareGenerated } from '../declared-object';
import { AUTOSCALER } from '../generated';

/** Scales a workload by metrics; nothing if another autoscaler does. */
export function renderAutoscaler(scope: Construct, version: Version, isRollout: boolean): void {
  const { name, deploymentName, service, workload } = version;
  const { autoscaling } = workload;
  const kind = isRollout ? 'Rollout' : service.workloadKind.name;
  const ofRollout = isRollout ? { apiVersion: 'argoproj.io/v1alpha1' } : {};
  if (!autoscaling || autoscaling.existing) {
    return;
  }
  if (autoscaling.kedaTriggers) {
    new ApiObject(scope, `${name}-autoscaler`, {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: deploymentName, namespace: service.namespace },
      spec: {
        scaleTargetRef: { ...ofRollout, kind, name: deploymentName },
        minReplicaCount: autoscaling.min,
        maxReplicaCount: autoscaling.max,
        triggers: autoscaling.kedaTriggers.map(({ type, metadata, authentication }) => ({
          type,
          metadata: { ...metadata },
          ...(authentication === undefined ? {} : { authenticationRef: { name: authentication } }),
        })),
      },
    });
    return;
  }
  declareGenerated(scope, `${name}-autoscaler`, AUTOSCALER, {
    metadata: { name: deploymentName, namespace: service.namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', ...ofRollout, kind, name: deploymentName },
      minReplicas: autoscaling.min,
      maxReplicas: autoscaling.max,
      metrics: metricsOf(autoscaling),
    },
  });
}

function metricsOf(autoscaling: Autoscaling): k8s.MetricSpecV2[] {
  const { cpu, memory } = utilizationOf(autoscaling);
  return [
    ...(cpu === undefined ? [] : [resourceMetric('cpu', cpu)]),
    ...(memory === undefined ? [] : [resourceMetric('memory', memory)]),
    ...(autoscaling.metrics ?? []).map(metricOf),
  ];
}

function resourceMetric(name: string, averageUtilization: number): k8s.MetricSpecV2 {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}

function metricOf({ type, metric: name, target, describedObject }: ScalingMetric): k8s.MetricSpecV2 {
  const metric = { name, selector: target.selector && { matchLabels: { ...target.selector } } };
  if (describedObject) {
    return { type, object: { describedObject: { ...describedObject }, metric, target: targetOf(target) } };
  }
  return type === 'Pods'
    ? { type, pods: { metric, target: targetOf(target) } }
    : { type, external: { metric, target: targetOf(target) } };
}

function targetOf({ averageValue, value }: MetricTargetProps): k8s.MetricTargetV2 {
  return averageValue === undefined
    ? { type: 'Value', value: k8s.Quantity.fromString(value ?? '') }
    : { type: 'AverageValue', averageValue: k8s.Quantity.fromString(averageValue) };
}
