import type { Cluster } from '../../manifests';
import type { Message } from '../messages/message';
import type { ApiAnswer } from './answer';
import { enter } from './entry';
import { throughHttpApi } from './http-api';
import { HTTP_API } from './kinds';
import { throughRestApi } from './rest-api';
import { templatesIn } from './template';

export type { ApiAnswer } from './answer';

/**
 * The result of a request from the internet at the HTTP APIs and REST APIs of the CloudFormation templates. An API has
 * the hosts of its domains. Its default endpoint has its logical ID as the host, case-insensitive:
 * `https://shopapi65822b7b/products`; the stage is then the first segment of the path, unless it is `$default`.
 * Undefined if no API of the templates has the host. Behaviour that templates do not determine, such as the decision of
 * a Lambda authorizer, is an `Unsimulated` error.
 */
export function throughManagedApi(message: Message, cluster: Cluster): ApiAnswer | undefined {
  const entered = enter(message, templatesIn(cluster));
  if (!entered || 'by' in entered) {
    return entered && { ...entered, steps: [] };
  }
  return entered.api.kind === HTTP_API ? throughHttpApi(entered) : throughRestApi(entered);
}
