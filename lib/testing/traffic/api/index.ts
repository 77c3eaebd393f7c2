import type { Cluster } from '../../../manifests';
import type { Message } from '../message';
import type { ApiAnswer } from './answer';
import { enter } from './entry';
import { throughHttpApi } from './http-api';
import { HTTP_API } from './kinds';
import { throughRestApi } from './rest-api';
import { templatesIn } from './template';

export type { ApiAnswer } from './answer';

/**
 * What the HTTP APIs and REST APIs of the CloudFormation templates make of a request from the internet. An API has the hosts of its domains. For the
 * name that AWS gives it stands its logical id, in any case: `https://shopapi65822b7b/products`; the stage is then the first segment of the path,
 * unless it is `$default`. Undefined, if no API of the templates has the host. What templates do not say, such as what a function answers that
 * authorizes, is an `Unsimulated` error.
 */
export function throughManagedApi(message: Message, cluster: Cluster): ApiAnswer | undefined {
  const entered = enter(message, templatesIn(cluster));
  if (!entered || 'by' in entered) {
    return entered && { ...entered, steps: [] };
  }
  return entered.api.kind === HTTP_API ? throughHttpApi(entered) : throughRestApi(entered);
}
