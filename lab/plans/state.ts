import assert from 'node:assert/strict';
import {
  ClusterApp,
  type ExternalService,
  Mesh,
  Operation,
  Port,
  type Service,
  Topology,
  TopologyChart,
} from '../../lib';
import { Cluster, isMap, type KubernetesObject, resourcesOf } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import { CALLERS, type Recipe } from './recipe';

export const NAMESPACE = 'plans';
const OTHER_PORT = 81;

/** The topology of a recipe, and its objects. */
export class State {
  readonly topology = new Topology(NAMESPACE);
  readonly callers = CALLERS.map(each => this.topology.addService(`caller-${each}`, { image: 'caller', replicas: 1 }));
  readonly callees: readonly Service[];
  readonly outside: ExternalService;
  readonly objects: readonly KubernetesObject[];

  constructor(readonly recipe: Recipe) {
    const { calls, callees } = recipe;
    this.callees = callees.map(({ shares }, index) => {
      const versions = Object.fromEntries(Object.keys(shares).map(each => [each, {}]));
      const callee = this.addCallee(`callee-${index}`, versions);
      if (Object.keys(shares).length > 1) {
        callee.split(shares);
      }
      return callee;
    });
    const others = callees.map(({ isReplaced }, index) => (isReplaced ? this.addCallee(`other-${index}`) : undefined));
    for (const { from, to, isNarrow } of calls) {
      const caller = this.callers[from];
      for (const callee of [this.callees[to], others[to]]) {
        if (caller && callee) {
          caller.calls(callee, isNarrow ? { allowedOperations: [Operation.http('GET /kept')] } : {});
        }
      }
    }
    this.outside = this.topology.addExternalService('outside', { host: 'outside.example', port: Port.http(80) });
    this.callers[0]?.calls(this.outside);
    const app = new ClusterApp();
    new TopologyChart(app, NAMESPACE, { topology: this.topology, mesh: Mesh.istio() });
    this.objects = Manifests.ofApp(app).objects.flatMap(each => changed(each, recipe));
  }

  get cluster(): Cluster {
    return new Cluster(resourcesOf(this.objects));
  }

  private addCallee(name: string, versions: Record<string, object> = { v1: {} }): Service {
    return this.topology.addService(name, {
      image: 'callee',
      replicas: 1,
      port: Port.http(80, { target: 8080 }),
      versions,
    });
  }
}

/** An object as the recipe has it where topologies do not: with another name, in plain text, to another backend. */
function changed(object: KubernetesObject, { callees, endings }: Recipe): KubernetesObject[] {
  const { kind } = object;
  const name = object.metadata.name ?? '';
  const index = callees.findIndex((_, each) => name === `callee-${each}`);
  const callee = callees[index];
  const metadata = { ...object.metadata, name: `${name}${endings[kind] ?? ''}` };
  const renamed = { ...object, metadata };
  if (!callee) {
    return [renamed];
  }
  assert.ok(isMap(object.spec) || kind === 'ServiceAccount');
  const spec = isMap(object.spec) ? object.spec : {};
  if (kind === 'VirtualService') {
    const from = `"host":"callee-${index}.`;
    const text = JSON.stringify(spec);
    const routes = (text.split('"http":')[1] ?? '')
      .replaceAll(from, callee.isReplaced ? `"host":"other-${index}.` : from)
      .replaceAll('"port":{"number":80}', `"port":{"number":${isMoved(callee) ? OTHER_PORT : 80}}`)
      .replaceAll(/,"subset":"v\d"/g, each => (callee.isReplaced ? '' : each));
    return [{ ...renamed, spec: JSON.parse(`${text.split('"http":')[0]}"http":${routes}`) as object }];
  }
  if (kind === 'Service') {
    const ports = Array.isArray(spec.ports) ? (spec.ports as unknown[]) : [];
    const more = isMoved(callee) ? [{ name: 'http-other', port: OTHER_PORT, targetPort: 8080 }] : [];
    const hasRule = Object.keys(callee.shares).length > 1 || !callee.isPlainText;
    return [{ ...renamed, spec: { ...spec, ports: [...ports, ...more] } }, ...(hasRule ? [] : [ruleOf(renamed)])];
  }
  return callee.isPlainText ? inPlainText(renamed, spec) : [renamed];
}

function isMoved({ isOtherPort, isReplaced }: Recipe['callees'][number]): boolean {
  return isOtherPort && !isReplaced;
}

/** The DestinationRule of a callee without subsets whose callers send plain text. */
function ruleOf({ metadata: { name, namespace, labels } }: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace, labels },
    spec: { host: `${name}.${namespace}.svc.cluster.local`, trafficPolicy: PLAIN_TEXT },
  };
}

const PLAIN_TEXT = { tls: { mode: 'DISABLE' } };

/** The callee accepts plain text, from all callers, and its callers send it. */
function inPlainText(object: KubernetesObject, spec: Record<string, unknown>): KubernetesObject[] {
  if (object.kind === 'DestinationRule') {
    return [{ ...object, spec: { ...spec, trafficPolicy: PLAIN_TEXT } }];
  }
  if (object.kind !== 'AuthorizationPolicy') {
    return [object];
  }
  const rules = Array.isArray(spec.rules) ? (spec.rules as Record<string, unknown>[]) : [];
  const { labels, namespace } = object.metadata;
  const name = `plain-text-${object.metadata.name?.replace('-other', '')}`;
  return [
    { ...object, spec: { ...spec, rules: rules.map(({ to }) => (to === undefined ? {} : { to })) } },
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name, namespace, labels },
      spec: { selector: spec.selector, mtls: { mode: 'PERMISSIVE' } },
    },
  ];
}
