import { requireDnsSubdomain } from '../names';
import { ValidationError } from '../validation-error';
import { type Metadata, OF_METADATA } from './metadata';
import { anyValue, type Validations } from './validations';

/** The ServiceAccount that the pods of a service run as: the identity that callees allow. */
export interface ServiceAccountProps extends Metadata {
  /**
   * The name of the ServiceAccount.
   * @default - the name of the service
   */
  readonly name?: string;
  /**
   * Whether pods get a token of the ServiceAccount for the API server. Roles that the token needs, and a policy for the
   * connection, are declared outside the topology.
   * @default false
   */
  readonly automountToken?: boolean;
}

export const OF_SERVICE_ACCOUNT: Validations<ServiceAccountProps> = {
  ...OF_METADATA,
  name: (path, name) => {
    requireDnsSubdomain(path, 'a ServiceAccount', name);
    if (name === 'default') {
      throw new ValidationError({
        code: 'ReservedName',
        path,
        summary: 'The ServiceAccount "default" is that of all pods that name none, so callees would allow them too.',
        fix: 'Use another name.',
      });
    }
  },
  automountToken: anyValue,
};
