import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import {
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  Stage,
} from 'aws-cdk-lib';
import { version as cdkVersion } from 'aws-cdk-lib/package.json';

/** The file in the output folder of the app with the report on its last templates. */
const FILE = 'cloudformation-validate.json';

interface CachedReport {
  /** What the report depends on, as a hash. */
  readonly input: string;
  /** The version of the rule engine. */
  readonly version?: string;
  readonly report: PolicyValidationPluginReport;
}

/**
 * The CDK's own validation of templates, repeated only after a change: of a template, of the account or Region of its
 * stack, or of the version of the CDK. Otherwise its last report is read from the file `cloudformation-validate.json`
 * in the output folder, with all its violations. Starting the rule engine is most of the time of a small app.
 *
 * Add it to the app: `Validations.of(app).addPlugins(new CachedCloudFormationValidatePlugin())`. It replaces the
 * validation that the CDK adds itself.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.CloudFormationValidatePlugin.html
 */
export class CachedCloudFormationValidatePlugin extends CloudFormationValidatePlugin {
  private cached?: CachedReport;

  public constructor() {
    // Without rules of its own: these would be an input of the report.
    super();
  }

  /** The version of the rule engine that wrote the report. */
  public override get version(): string | undefined {
    return this.cached ? this.cached.version : super.version;
  }

  /** The report on the templates: the last one if nothing that it depends on changed. */
  public override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const folder = outputFolderOf(context);
    const file = join(folder, FILE);
    const input = inputOf(context, folder);
    const last = readReport(file);
    if (last?.input === input) {
      this.cached = last;
      return withPaths(last.report, path => resolve(folder, path));
    }
    this.cached = undefined;
    const report = super.validate(context);
    const { version } = this;
    const next: CachedReport = { input, version, report: withPaths(report, path => relative(folder, path)) };
    writeFileSync(file, JSON.stringify(next, undefined, 2));
    return report;
  }
}

function outputFolderOf({ appConstruct, templatePaths }: IPolicyValidationContext): string {
  return Stage.of(appConstruct)?.outdir ?? dirname(templatePaths[0] ?? '.');
}

function inputOf({ stackTemplates }: IPolicyValidationContext, folder: string): string {
  const stacks = stackTemplates.map(({ templatePath, ...stack }) => ({
    ...stack,
    templatePath: relative(folder, templatePath),
    template: readFileSync(templatePath, 'utf8'),
  }));
  return createHash('sha256')
    .update(JSON.stringify([cdkVersion, stacks]))
    .digest('hex');
}

/** The last report, if the file has one: a damaged file is as if there were none. */
function readReport(file: string): CachedReport | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CachedReport;
  } catch {
    return undefined;
  }
}

function withPaths(report: PolicyValidationPluginReport, pathOf: (path: string) => string) {
  const violations = report.violations.map(violation => ({
    ...violation,
    violatingResources: violation.violatingResources.map(resource => ({
      ...resource,
      ...(resource.templatePath === undefined ? {} : { templatePath: pathOf(resource.templatePath) }),
    })),
  }));
  return { ...report, violations };
}
