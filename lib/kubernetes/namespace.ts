import { ApiObject } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-27';
import { refine } from './as-written';
import { DeclaredObject } from './declared-object';
import { NAMESPACE } from './generated';
import { podSecurityLabels } from './pod-security';
import { readinessGateLabels } from './readiness-gate';
import type { Target } from './target';
import type { ITopologyChart } from './topology-chart';
import { withoutDefaults } from './workload/without-defaults';

/** A namespace of a topology, with the labels of the mesh, of readiness gates and of Pod Security. */
export function renderNamespace(chart: ITopologyChart, mesh: Target, name: string, isEnforced?: boolean): void {
  const { topology } = chart;
  const scope = chart.scopeOfNamespace(name);
  const metadata = {
    name,
    labels: {
      ...mesh.namespaceLabels(name),
      ...readinessGateLabels(topology, mesh, name),
      ...podSecurityLabels(topology, mesh, name, isEnforced),
    },
    annotations: mesh.namespaceAnnotations(),
  };
  new DeclaredObject(scope, 'namespace', {
    gvk: NAMESPACE.GVK,
    metadata,
    create: () => {
      const namespace = new Namespace(scope, 'namespace', { metadata });
      refine(ApiObject.of(namespace), withoutDefaults);
      return namespace;
    },
    fields: () => ({}),
  });
}
