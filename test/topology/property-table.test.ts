import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');

/** The interfaces, where each is declared, and the files whose tables have an entry for each of its properties. */
const INTERFACES: Record<string, { readonly file: string; readonly tables: readonly string[] }> = {
  CallPolicy: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/call-policy.ts'],
  },
  Retries: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/call-policy.ts'],
  },
  Faults: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/call-policy.ts'],
  },
  Delay: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/call-policy.ts'],
  },
  Abort: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/call-policy.ts'],
  },
  CircuitBreakerProps: {
    file: 'topology/circuit-breaker-props.ts',
    tables: ['topology/circuit-breaker-props.ts', 'istio/circuit-breaker.ts'],
  },
  TcpKeepalive: {
    file: 'topology/circuit-breaker-props.ts',
    tables: ['topology/circuit-breaker-props.ts', 'istio/circuit-breaker.ts'],
  },
  LoadBalancing: {
    file: 'topology/load-balancing.ts',
    tables: ['topology/load-balancing.ts', 'istio/load-balancing.ts'],
  },
  Warmup: { file: 'topology/load-balancing.ts', tables: ['topology/load-balancing.ts', 'istio/load-balancing.ts'] },
  LocalityLoadBalancing: {
    file: 'topology/locality.ts',
    tables: ['topology/locality.ts', 'istio/load-balancing.ts'],
  },
  HeaderChanges: {
    file: 'topology/header-changes.ts',
    tables: ['topology/header-changes.ts', 'istio/call-policy.ts'],
  },
  HeaderOperations: {
    file: 'topology/header-changes.ts',
    tables: ['topology/header-changes.ts', 'istio/call-policy.ts'],
  },
  Rewrite: { file: 'topology/rewrite.ts', tables: ['topology/rewrite.ts', 'istio/call-policy.ts'] },
  CallProps: { file: 'topology/call.ts', tables: ['topology/call.ts', 'kubernetes/needs.ts'] },
  RouteProps: {
    file: 'topology/route.ts',
    tables: [
      'topology/route.ts',
      'kubernetes/needs.ts',
      'kubernetes/route-order.ts',
      'kubernetes/route-rules.ts',
      'aws/limits/route-choice.ts',
    ],
  },
  RedirectProps: { file: 'topology/redirect.ts', tables: ['topology/redirect.ts', 'kubernetes/needs.ts'] },
  RedirectTarget: {
    file: 'topology/redirect.ts',
    tables: ['topology/redirect.ts', 'kubernetes/needs.ts', 'kubernetes/route-filters.ts'],
  },
  RouteRewrite: {
    file: 'topology/route-rewrite.ts',
    tables: ['topology/route-rewrite.ts', 'kubernetes/route-filters.ts'],
  },
  AggregateProps: {
    file: 'topology/aggregate.ts',
    tables: ['topology/aggregate.ts', 'kubernetes/needs.ts', 'kubernetes/aggregator.ts'],
  },
  EdgeProps: { file: 'topology/edge-props.ts', tables: ['topology/edge-props.ts', 'kubernetes/needs.ts'] },
  WorkloadProps: {
    file: 'topology/workload/workload-props.ts',
    tables: ['topology/workload.ts', 'kubernetes/workload/pod.ts'],
  },
  ContainerProps: inContainer('container'),
  FurtherContainer: {
    file: 'topology/workload/further-containers.ts',
    tables: ['topology/workload/further-containers.ts'],
  },
  InitContainer: {
    file: 'topology/workload/further-containers.ts',
    tables: ['topology/workload/further-containers.ts'],
  },
  Resources: inContainer('resources'),
  SecurityContext: inContainer('security-context'),
  PodSecurityContext: {
    file: 'topology/workload/security-context.ts',
    tables: ['topology/workload/security-context.ts'],
  },
  PodProps: { file: 'topology/workload/pod.ts', tables: ['topology/workload/pod.ts', 'kubernetes/workload/pod.ts'] },
  Scheduling: {
    file: 'topology/workload/scheduling.ts',
    tables: ['topology/workload/scheduling.ts', 'kubernetes/workload/scheduling.ts'],
  },
  Rollout: {
    file: 'topology/workload/rollout.ts',
    tables: ['topology/workload/rollout.ts', 'kubernetes/workload/deployment.ts'],
  },
  ProxyProps: {
    file: 'topology/workload/proxy.ts',
    tables: ['topology/workload/proxy.ts', 'istio/proxy-annotations.ts'],
  },
  Autoscaling: { file: 'topology/workload/autoscaling.ts', tables: ['topology/workload/autoscaling.ts'] },
  Probes: { file: 'topology/workload/probes.ts', tables: ['topology/workload/probes.ts'] },
  Lifecycle: { file: 'topology/workload/lifecycle.ts', tables: ['topology/workload/lifecycle.ts'] },
  VolumeMount: { file: 'topology/workload/volume-mount.ts', tables: ['topology/workload/volume-mount.ts'] },
  ServiceProps: {
    file: 'topology/service-props.ts',
    tables: ['topology/service-props.ts', 'kubernetes/needs.ts'],
  },
};

/** An interface of a container, with tables for validation and rendering. */
function inContainer(name: string): { readonly file: string; readonly tables: readonly string[] } {
  const file = `topology/workload/${name}.ts`;
  return { file, tables: [file, 'kubernetes/workload/container.ts'] };
}

/** The properties that the compiler misses in each file with tables when each interface has one more, `novelOf…`. */
function missedProperties(): ReadonlyMap<string, string[]> {
  const options = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(ROOT, 'tsconfig.json'), name => readFileSync(name, 'utf8')).config,
    ts.sys,
    ROOT,
  ).options;
  const host = ts.createCompilerHost(options);
  const [read, exists] = [host.readFile.bind(host), host.fileExists.bind(host)];
  // Without the types of Kubernetes' and Istio's objects, which take most of the time, the tables are checked as well.
  host.fileExists = name =>
    !/\/node_modules\/(@kubernetes-models|aws-cdk-lib|cdk8s-plus-27)\//.test(name) && exists(name);
  host.readFile = name =>
    Object.entries(INTERFACES)
      .filter(([, { file }]) => name === pathOf(file))
      .map(([each]) => each)
      .reduce(
        (text, each) =>
          text?.replace(`export interface ${each} `, head => `${head}{ readonly novelOf${each}?: string }\n${head}`),
        read(name),
      );
  const files = [...new Set(Object.values(INTERFACES).flatMap(({ file, tables }) => [file, ...tables]))];
  const program = ts.createProgram(files.map(pathOf), options, host);
  return new Map(
    files.map(file => [
      file,
      program
        .getSemanticDiagnostics(program.getSourceFile(pathOf(file)))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
        .flatMap(message => message.split('\n').filter(line => line.includes(' missing ')))
        .flatMap(line => line.match(/\bnovelOf\w+/g) ?? []),
    ]),
  );
}

function pathOf(file: string): string {
  return resolve(ROOT, 'lib', file);
}

const missed = missedProperties();

test.each(Object.entries(INTERFACES).flatMap(([name, { tables }]) => tables.map(file => [name, file] as const)))(
  'a property that is added to %s alone does not compile until lib/%s has an entry for it',
  (name, file) => {
    expect(missed.get(file)).toContain(`novelOf${name}`);
  },
);
