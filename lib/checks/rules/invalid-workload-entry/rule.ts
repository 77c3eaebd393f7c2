import { Kind } from '../../../manifests';
import { checkEndpoint } from '../../manifests/schema/endpoints';
import { validity } from '../../manifests/schema/rules';

export const rule = validity(
  Kind.WORKLOAD_ENTRY,
  'It needs an address (or the network that it is in), named ports, and valid labels.',
  ({ spec }, complain) => checkEndpoint(spec, { takesNames: true, takesSockets: true }, complain),
);
