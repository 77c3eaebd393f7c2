import { isDeepStrictEqual } from 'node:util';
import { load } from 'js-yaml';
import { ValidationError } from '../../topology';
import { meshConfig } from './mesh-config';
import type { MeshSettings } from './mesh-settings';
import { validateRevision } from './revision';

/** An Istio that other tools install. */
export interface ExistingProps {
  /**
   * Its mesh configuration, as YAML: the text that
   * `kubectl get configmap istio -n istio-system -o jsonpath='{.data.mesh}'` prints, for a revision of `istio-REVISION`.
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
   */
  readonly meshConfig: string;
}

/**
 * Verifies that the mesh configuration of an existing Istio has the settings that the topologies require.
 * @throws ValidationError for each that it has not
 */
export function verifyExisting(settings: MeshSettings, { meshConfig: text }: ExistingProps): void {
  validateRevision(settings);
  const existing = readMeshConfig(text);
  const missing = Object.entries(requiredFields(settings)).flatMap(([path, required]) => {
    const found = valueAt(existing, path) ?? DEFAULTS[path];
    return isDeepStrictEqual(found, required) ? [] : [`${path}: ${shown(required)}, not ${shown(found)}`];
  });
  const providers = listOf(existing.extensionProviders);
  const { extensionProviders } = meshConfig(settings) as { extensionProviders?: readonly object[] };
  const absent = (extensionProviders ?? [])
    .map(each => JSON.parse(JSON.stringify(each)) as object)
    .filter(each => !providers.some(other => isDeepStrictEqual(other, each)))
    .map(each => `extensionProviders: ${shown(each)}`);
  const [first] = [...missing, ...absent];
  if (first !== undefined) {
    throw new ValidationError({
      code: 'UnsuitableInstallation',
      path: 'Install.existing',
      summary: `The existing mesh configuration differs from what the topologies require: ${[...missing, ...absent].join('; ')}.`,
      fix: 'Change the mesh configuration, or the settings of the IstioInstallation that require it.',
    });
  }
}

/** The fields that decide about traffic, as paths. Those of topologies without a setting have Istio's default. */
function requiredFields(settings: MeshSettings): Record<string, unknown> {
  const required = meshConfig(settings) as Record<string, unknown>;
  return Object.fromEntries(
    PATHS.flatMap(path => {
      const value = valueAt(required, path) ?? DEFAULTS[path];
      return value === undefined ? [] : [[path, value]];
    }),
  );
}

const PATHS = [
  'trustDomain',
  'trustDomainAliases',
  'meshMTLS.minProtocolVersion',
  'outboundTrafficPolicy.mode',
  'defaultHttpRetryPolicy.attempts',
  'pathNormalization.normalization',
  'defaultConfig.holdApplicationUntilProxyStarts',
] as const;

/** What istiod has for a field that is not set; none for the version of TLS, which only matters if it is required. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  'outboundTrafficPolicy.mode': 'ALLOW_ANY',
};

function readMeshConfig(text: string): Record<string, unknown> {
  const read: unknown = text.trim() === '' ? undefined : load(text);
  if (typeof read !== 'object' || read === null || Array.isArray(read) || 'kind' in read) {
    throw new ValidationError({
      code: 'UnsuitableInstallation',
      path: 'Install.existing',
      summary: '`meshConfig` is not the text of a mesh configuration.',
      fix: "Give what `kubectl get configmap istio -n istio-system -o jsonpath='{.data.mesh}'` prints.",
    });
  }
  return read as Record<string, unknown>;
}

function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
