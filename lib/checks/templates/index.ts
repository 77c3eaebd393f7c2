import type { Finding } from '../finding';
import { httpApiLimits } from './http-api';
import { restApiLimits, targetGroupNames } from './rest-api';
import type { CloudTemplate } from './template';

export type { CloudResource, CloudTemplate } from './template';

/**
 * Faults in the APIs of a CloudFormation template: quotas and formats that neither CloudFormation nor its linters
 * validate before deployment.
 */
export function checkTemplate(template: CloudTemplate): Finding[] {
  return [...httpApiLimits(template), ...restApiLimits(template), ...targetGroupNames(template)];
}
