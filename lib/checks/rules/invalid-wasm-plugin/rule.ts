import { Kind } from '../../../manifests';
import { validity } from '../../manifests/schema/rules';
import { checkTargets } from '../../manifests/schema/shared';
import { checkMatchedPorts, checkModule } from '../../manifests/schema/wasm-plugin';

export const rule = validity(
  Kind.WASM_PLUGIN,
  'It needs the URL of the module (file, http, https or oci); a digest, if present, is complete; '
    + 'variable names are unique.',
  (resource, complain) => {
    const { spec } = resource;
    checkTargets(resource, complain);
    checkModule(spec, complain);
    checkMatchedPorts(spec, complain);
  },
);
