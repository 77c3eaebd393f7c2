import { Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { requireArguments, ValidationError } from '../topology';
import { inlineFunction } from './inline-function';
import { LAMBDA_AGGREGATOR_CODE } from './lambda-aggregator-code';

/** The source of a part of an aggregated response. */
export interface LambdaPart {
  /**
   * The URL of the JSON; `{id}` in its path or query is replaced by a path parameter of the API, `{rest+}` by one of
   * several segments, e.g. `http://products.internal/products/{id}`. The query parameters of the request are added, except
   * those that the URL has.
   */
  readonly url: string;
  /**
   * The timeout of the part.
   * @default - that of the aggregate
   */
  readonly timeout?: Duration;
}

/** Properties of a {@link LambdaAggregator}. */
export interface LambdaAggregatorProps {
  /** The VPC from which the parts are requested. */
  readonly vpc: IVpc;
  /** The fields of the response and the source of each. */
  readonly parts: { readonly [field: string]: LambdaPart };
  /**
   * The timeout of the aggregate.
   * @default Duration.seconds(5)
   */
  readonly timeout?: Duration;
}

const LONGEST = 28_000;

/**
 * An aggregated response without a cluster: a Lambda function in the VPC that requests all parts in parallel. A part
 * that fails or times out is missing, which `x-completed: false` and `error_PART` report; so is one for which the request
 * has no value of a parameter, or `.` or `..`. The caller's token, trace headers and query parameters are forwarded.
 * Integrate `handler` with a route.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export class LambdaAggregator extends Construct {
  /** The function; integrate it with a route of an API. */
  readonly handler: LambdaFunction;

  constructor(scope: Construct, id: string, props: LambdaAggregatorProps) {
    requireArguments('new.LambdaAggregator', [scope, id, props]);
    super(scope, id);
    const { vpc, parts, timeout = Duration.seconds(5) } = props;
    const whole = timeout.toMilliseconds();
    validateAggregate(this.node.path, parts, whole);
    const asked = Object.entries(parts).map(
      ([name, part]) => [name, { url: part.url, millis: part.timeout?.toMilliseconds() ?? whole }] as const,
    );
    this.handler = new LambdaFunction(this, 'Function', {
      description: `Aggregates ${Object.keys(parts).join(', ')}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      ...inlineFunction(LAMBDA_AGGREGATOR_CODE, { PARTS: JSON.stringify(Object.fromEntries(asked)) }),
      vpc,
      // The response must still be sent when the parts time out.
      timeout: Duration.seconds(Math.ceil(whole / 1000) + 1),
      memorySize: 256,
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH }),
    });
  }
}

function validateAggregate(path: string, parts: LambdaAggregatorProps['parts'], whole: number): void {
  const late = Object.entries(parts).find(([, { timeout }]) => (timeout?.toMilliseconds() ?? 0) > whole);
  const malformed = Object.entries(parts).find(([, { url }]) => !isAddress(url));
  const confused = Object.keys(parts).find(name => Object.hasOwn(parts, `error_${name}`));
  const summary =
    Object.keys(parts).length < 2
      ? 'It has fewer than two parts.'
      : confused !== undefined
        ? `The part "error_${confused}" has the name of the field for the error of "${confused}".`
        : late
          ? `The part "${late[0]}" has a longer timeout than the aggregate.`
          : malformed
            ? `The address "${malformed[1].url}" of the part "${malformed[0]}" is not an HTTP URL with parameters in its path.`
            : whole > LONGEST
              ? `The timeout is ${whole} ms, and an API has a timeout of 29 s.`
              : undefined;
  if (summary !== undefined) {
    throw new ValidationError({
      code: 'InvalidAggregate',
      path,
      summary,
      fix: 'Declare two or more parts with distinct names and HTTP URLs, and a timeout of at most 28 seconds.',
    });
  }
}

/** Whether it is a URL that stays what it is when it is parsed, with whole parameters after the host only. */
function isAddress(url: string): boolean {
  const example = url.replace(/\{[^{}+/?#]+\+?\}/g, 'x');
  const [host = ''] = url.replace(/^https?:\/\//, '').split(/[/?#]/);
  return (
    /^https?:\/\/[^/?#]/.test(url)
    && !/[{}#\s\\]/.test(example)
    && !host.includes('{')
    && URL.canParse(example)
    && !/\/(\.|%2e){1,2}(\/|\?|$)/i.test(example)
  );
}
