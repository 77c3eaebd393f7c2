import { Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Mistake } from '../topology';
import { inlineFunction } from './inline-function';
import { LAMBDA_AGGREGATOR_CODE } from './lambda-aggregator-code';

/** Where a part of an aggregated answer comes from. */
export interface LambdaPart {
  /** The address of the JSON; `{id}` stands for a path parameter of the API, e.g. `http://products.internal/products/{id}`. */
  readonly url: string;
  /**
   * The time it has.
   * @default - that of the whole
   */
  readonly timeout?: Duration;
}

/** Properties of a {@link LambdaAggregator}. */
export interface LambdaAggregatorProps {
  /** The VPC in which the parts are reached. */
  readonly vpc: IVpc;
  /** The fields of the answer and where each comes from. */
  readonly parts: { readonly [field: string]: LambdaPart };
  /**
   * The time of the whole.
   * @default Duration.seconds(5)
   */
  readonly timeout?: Duration;
}

const LONGEST = 28_000;

/**
 * One answer made of several, where there is no cluster to make it in: a Lambda function in the VPC that asks all parts at once. A part that fails or is late
 * is missing; `x-completed: false` and `error_PART` say so. The caller's token and the headers of traces are passed on. Integrate `handler` with a route.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export class LambdaAggregator extends Construct {
  /** The function; integrate it with a route of an API. */
  readonly handler: LambdaFunction;

  constructor(scope: Construct, id: string, { vpc, parts, timeout = Duration.seconds(5) }: LambdaAggregatorProps) {
    super(scope, id);
    const whole = timeout.toMilliseconds();
    requireTenable(this.node.path, parts, whole);
    const asked = Object.entries(parts).map(([name, part]) => [name, { url: part.url, millis: part.timeout?.toMilliseconds() ?? whole }] as const);
    this.handler = new LambdaFunction(this, 'Function', {
      description: `Aggregates ${Object.keys(parts).join(', ')}`,
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      ...inlineFunction(LAMBDA_AGGREGATOR_CODE, { PARTS: JSON.stringify(Object.fromEntries(asked)) }),
      vpc,
      // The answer must be on its way when the time of the parts is over.
      timeout: Duration.seconds(Math.ceil(whole / 1000) + 1),
      memorySize: 256,
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH }),
    });
  }
}

function requireTenable(where: string, parts: LambdaAggregatorProps['parts'], whole: number): void {
  const late = Object.entries(parts).find(([, { timeout }]) => (timeout?.toMilliseconds() ?? 0) > whole);
  const malformed = Object.entries(parts).find(([, { url }]) => !/^https?:\/\/./.test(url));
  const problem = Object.keys(parts).length < 2
    ? 'It has fewer than two parts.'
    : late ? `The part "${late[0]}" has more time than the whole.`
      : malformed ? `The address "${malformed[1].url}" of the part "${malformed[0]}" is no URL.`
        : whole > LONGEST ? `It has ${whole} ms, and an API waits for 29 s.` : undefined;
  if (problem !== undefined) {
    throw new Mistake({ code: 'UntenableAggregate', where, problem, remedy: 'Name two or more parts with http addresses, within 28 seconds in all.' });
  }
}
