import type { Finding } from '../finding';
import { httpApiLimits } from './http-api';
import { restApiLimits, targetGroupNames } from './rest-api';
import type { CloudTemplate } from './template';

export type { CloudResource, CloudTemplate } from './template';

/** What is wrong with the APIs of a CloudFormation template: limits and grammars that neither CloudFormation nor its linters look at before a deployment. */
export function checkTemplate(template: CloudTemplate): Finding[] {
  return [...httpApiLimits(template), ...restApiLimits(template), ...targetGroupNames(template)];
}
