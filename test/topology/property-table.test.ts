import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');

/** The interfaces, where each is declared, and the files whose tables have an entry for each of its properties. */
const INTERFACES: Record<string, { readonly file: string; readonly tables: readonly string[] }> = {
  CallPolicy: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/routes.ts'],
  },
  Retries: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/routes.ts'],
  },
  Faults: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/routes.ts'],
  },
  Delay: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/routes.ts'],
  },
  Abort: {
    file: 'topology/call-policy.ts',
    tables: ['topology/call-policy.ts', 'kubernetes/needs.ts', 'istio/routes.ts'],
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
  CallProps: { file: 'topology/call.ts', tables: ['topology/call.ts', 'kubernetes/needs.ts'] },
  RouteProps: { file: 'topology/route.ts', tables: ['kubernetes/needs.ts'] },
  EdgeProps: { file: 'topology/edge-props.ts', tables: ['kubernetes/needs.ts'] },
  WorkloadProps: { file: 'topology/workload.ts', tables: ['topology/workload.ts', 'kubernetes/workload.ts'] },
  ServiceProps: { file: 'topology/service-props.ts', tables: ['kubernetes/needs.ts'] },
};

/** The properties that the compiler misses in each file with tables when each interface has one more, `novelOf…`. */
function missedProperties(): ReadonlyMap<string, string[]> {
  const options = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(ROOT, 'tsconfig.json'), name => readFileSync(name, 'utf8')).config,
    ts.sys,
    ROOT,
  ).options;
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
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
