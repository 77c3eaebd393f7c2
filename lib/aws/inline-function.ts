import { Code } from 'aws-cdk-lib/aws-lambda';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT = 4096;

/** The code of a Lambda function and its variables, as properties of the function. */
export interface InlineFunction {
  readonly code: Code;
  readonly environment?: { readonly [name: string]: string };
}

/**
 * Code inline in the template, which sets its variables itself if they exceed the limit of an environment: inline code
 * may have 4 MB.
 */
export function inlineFunction(code: string, environment: { readonly [name: string]: string }): InlineFunction {
  if (Buffer.byteLength(JSON.stringify(environment)) <= ENVIRONMENT) {
    return { code: Code.fromInline(code), environment };
  }
  const assignments = Object.entries(environment).map(
    ([name, value]) => `process.env.${name} = ${JSON.stringify(value)};\n`,
  );
  return { code: Code.fromInline(`${assignments.join('')}${code}`) };
}
