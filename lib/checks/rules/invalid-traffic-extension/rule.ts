import { Kind } from '../../../manifests';
import { validity } from '../../manifests/schema/rules';
import { checkTargets } from '../../manifests/schema/shared';
import { checkMatchedPorts, checkModule } from '../../manifests/schema/wasm-plugin';

const LARGEST_SCRIPT = 64 * 1024;

export const rule = validity(
  Kind.TRAFFIC_EXTENSION,
  'It has either a module or a script; the module follows the rules of a WasmPlugin, and the script is at most 64 KB.',
  (resource, complain) => {
    const { spec } = resource;
    const [module, script] = [spec.get('wasm'), spec.get('lua')];
    checkTargets(resource, complain);
    checkMatchedPorts(spec, complain);
    if (module.exists === script.exists) {
      complain(spec, 'Exactly one of wasm and lua is required.', 'Set one of them.');
    }
    if (module.exists) {
      checkModule(module, complain);
    }
    const code = script.get('inlineCode');
    if (script.exists && (code.text === '' || Buffer.byteLength(code.text) > LARGEST_SCRIPT)) {
      complain(
        code.exists ? code : script,
        code.text === '' ? 'The script is empty.' : 'The script is larger than 64 KB.',
        'Write it as inlineCode.',
      );
    }
  },
);
