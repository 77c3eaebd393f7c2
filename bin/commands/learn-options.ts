import { Command } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
The files are recognised by their content, and may be of several kinds:
  traces        of OpenTelemetry (OTLP in JSON, one document or one a line) and Jaeger
  access logs   of Istio and Envoy, as text in the default format or JSON: kubectl logs --prefix -c istio-proxy
  metrics       istio_requests_total, as a response of the API of Prometheus or as text
  graphs        of Kiali, in JSON

The result has a declaration for each call: its operations, a timeout of twice the 99.9th percentile, and retries where
all methods are safe. Identifiers in paths become parameters. Files have at most 64 MiB each.

With --manifests, calls that they do not permit, and those that they permit and that were not observed, are listed on
the standard error; the exit code is 1 if a call was observed that they do not permit.

Examples:
  $ cdk8s-cardinal learn traces.json > calls.ts
  $ kubectl logs -n shop -l app=web -c istio-proxy --prefix | cdk8s-cardinal learn -
  $ cdk8s-cardinal learn traces.json --manifests dist`;

/** The command \`learn\`, without its action. */
export function learnCommand(): Command {
  const command = new Command('learn')
    .description('Print the calls, timeouts and allowed operations that follow from observed requests.')
    .argument('<files...>', 'traces, access logs, metrics or graphs; - for the standard input')
    .option('--caller <name>', 'the workload that has written access logs without a prefix, as namespace/name')
    .option('--manifests <path...>', 'manifests to compare the observed calls with');
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface LearnValues extends InputValues {
  readonly caller?: string;
  readonly manifests?: readonly string[];
}
