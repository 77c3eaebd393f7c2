import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, CloudFormationValidatePlugin, Stack, Validations } from 'aws-cdk-lib';
import type { IPolicyValidationContext } from 'aws-cdk-lib';
import cdk from 'aws-cdk-lib/package.json';
import { CachedCloudFormationValidatePlugin } from '../../lib/aws';
import { temporaryFolder } from '../support/temporary-folder';

const engine = jest.spyOn(CloudFormationValidatePlugin.prototype, 'validate');

beforeEach(() => {
  engine.mockReset();
  engine.mockImplementation(({ stackTemplates }: IPolicyValidationContext) => ({
    success: false,
    violations: stackTemplates.map(({ templatePath }) => ({
      ruleName: 'E0001',
      description: 'a violation',
      severity: 'error',
      violatingResources: [{ resourceLogicalId: 'Topic', locations: [], templatePath }],
    })),
  }));
});

interface Variation {
  readonly topicName?: string;
  readonly region?: string;
  readonly stacks?: readonly string[];
}

/** The report on an app that fails validation, as the CDK writes it. */
function reportOf(outdir: string, { topicName = 'a', region, stacks = ['Topics'] }: Variation = {}): string {
  const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
  Validations.of(app).addPlugins(new CachedCloudFormationValidatePlugin());
  for (const name of stacks) {
    const stack = new Stack(app, name, { env: { region } });
    new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic', properties: { TopicName: topicName } });
  }
  const stderr = jest.spyOn(console, 'error').mockImplementation();
  expect(() => app.synth()).toThrow(/a violation/);
  stderr.mockRestore();
  return readFileSync(join(outdir, 'validation-report.json'), 'utf8');
}

test('the second synthesis of the same templates fails with the same report without the rule engine', () => {
  const outdir = temporaryFolder();

  const [first = '', second = ''] = [1, 2].map(() => reportOf(outdir));

  expect(engine).toHaveBeenCalledTimes(1);
  expect(second).toBe(first);
  expect(JSON.parse(second)).toMatchObject({
    pluginReports: [
      {
        pluginName: 'CloudFormation Validate',
        conclusion: 'failure',
        violations: [{ ruleName: 'E0001', violatingConstructs: [{ constructPath: 'Topics/Topic' }] }],
      },
    ],
  });
});

test.each<[string, Variation]>([
  ['another template', { topicName: 'b' }],
  ['another Region', { region: 'eu-west-1' }],
  ['another stack', { stacks: ['Topics', 'More'] }],
  ['another name of the stack', { stacks: ['Other'] }],
])('%s is validated again', (_, variation) => {
  const outdir = temporaryFolder();

  reportOf(outdir);
  reportOf(outdir, variation);

  expect(engine).toHaveBeenCalledTimes(2);
});

test('an output folder without a report, or with a damaged one, is validated', () => {
  const outdir = temporaryFolder();

  reportOf(outdir);
  writeFileSync(join(outdir, 'cloudformation-validate.json'), '{');
  reportOf(outdir);
  reportOf(temporaryFolder());

  expect(engine).toHaveBeenCalledTimes(3);
});

test('a report of another version of the CDK is not read', () => {
  const outdir = temporaryFolder();

  reportOf(outdir);
  const version = jest.replaceProperty(cdk, 'version', 'another');
  reportOf(outdir);
  version.restore();

  expect(engine).toHaveBeenCalledTimes(2);
});
