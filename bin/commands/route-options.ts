import { Command, Option } from 'commander';
import { withInput } from './input';
import type { InputValues } from './input';
import { repeated } from './namespace-labels';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

Each step has the file, line and column of the object that decides. The exit code is 0 if the request arrives in all
cases, or the result is the one of --expect, 1 otherwise, and 2 for input that cannot be read and for results that the
manifests do not determine (Unsimulated).

Examples:
  $ cdk8s-cardinal route dist --from shop/checkout-v1 --to payment:8080/charge --method POST
  $ cdk8s-cardinal route dist --from internet --to https://api.shop.example/orders --claim iss=https://login.example
  $ cdk8s-cardinal route dist --from shop/web --to redis:6379 --tcp --expect denied
  $ cdk8s-cardinal route dist --from shop/web --to payment --grpc pay.Payment/Charge --format json
  $ cdk8s-cardinal route main:dist --from shop/web --to payment    # in a revision of git`;

/** The command \`route\`, without its action. */
export function routeCommand(): Command {
  const command = new Command('route')
    .description('Explain one request step by step, from manifests alone.')
    .argument('[paths...]', 'files, folders, - for the standard input, or REVISION:PATH of git')
    .requiredOption('--from <caller>', 'a workload or Service, with its namespace: shop/checkout-v1; or internet')
    .requiredOption('--to <url>', 'host, port and path: payment.shop:8080/charge, or https://api.shop.example/orders')
    .option('--method <method>', 'the method (default: GET)')
    .option('--grpc <method>', 'a call of this gRPC method, such as shop.Payment/Charge')
    .option('--tcp', 'a connection without a known protocol', false)
    .option('--header <name=value>', 'a header; may be repeated', repeated, [])
    .option('--host <host>', 'the Host header, if it is not the host of --to')
    .option(
      '--claim <name=value>',
      'a claim of a signed token; JSON for lists and objects; may be repeated',
      repeated,
      [],
    )
    .option('--bad-token', 'the token has an invalid signature', false)
    .option('--token-header <name>', 'the header of the token (default: authorization, as a bearer)')
    .option('--address <ip>', 'the IP address of the client')
    .option('--gateway <namespace/name>', 'from the internet: the Gateway that receives the request')
    .option('--client-certificate', 'from the internet: the client has a certificate that the gateway accepts', false)
    .option('--server-name <name>', 'from the internet: the server name in the TLS handshake (default: the host)')
    .option('--expect <result>', 'arrives, denied, a status such as 403, or the destination; sets the exit code')
    .addOption(new Option('--format <format>', 'the format of the result').choices(['text', 'json']).default('text'));
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface RouteValues extends InputValues {
  readonly from: string;
  readonly to: string;
  readonly method?: string;
  readonly grpc?: string;
  readonly tcp: boolean;
  readonly header: readonly string[];
  readonly host?: string;
  readonly claim: readonly string[];
  readonly badToken: boolean;
  readonly tokenHeader?: string;
  readonly address?: string;
  readonly gateway?: string;
  readonly clientCertificate: boolean;
  readonly serverName?: string;
  readonly expect?: string;
  readonly format: 'text' | 'json';
}
