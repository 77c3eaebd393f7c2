import type { Finding } from '../finding';
import { httpApiLimits } from './http-api';
import { restApiLimits, targetGroupNames } from './rest-api';
import type { ApiQuotas } from './quotas';
import { resourcesOfTemplate } from './size';
import type { CloudTemplate } from './template';

export {
  type ApiQuotas,
  HTTP_API_QUOTAS,
  limitOf,
  type Quota,
  RESOURCES_OF_TEMPLATE,
  REST_API_QUOTAS,
  WEBSOCKET_API_QUOTAS,
} from './quotas';
export type { CloudResource, CloudTemplate } from './template';

/**
 * Faults in the APIs of a CloudFormation template: quotas and formats that neither CloudFormation nor its linters
 * validate before deployment. `quotas` are those of the account, where AWS has raised them.
 */
export function checkTemplate(template: CloudTemplate, quotas: ApiQuotas = {}): Finding[] {
  return [
    ...httpApiLimits(template, quotas),
    ...restApiLimits(template, quotas),
    ...targetGroupNames(template),
    ...resourcesOfTemplate(template),
  ];
}
