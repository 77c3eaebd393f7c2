import { ValidationError } from '../validation-error';
import { requireAbsolutePath, requireRelativePath } from './texts';
import { anyValue, type Validations } from './validations';
import type { Volume } from './volume';

/** A volume in the file system of a container. */
export interface VolumeMount {
  /** The absolute path of the directory or file: `mountPath`. */
  readonly path: string;
  /** The volume, which other containers of the pod can mount as well. */
  readonly volume: Volume;
  /**
   * The path inside the volume that is mounted, for one file or directory of it. Changes of a ConfigMap or Secret do
   * not reach such a file.
   * @default - the whole volume
   */
  readonly subPath?: string;
  /** @default false */
  readonly readOnly?: boolean;
}

export const OF_VOLUME_MOUNTS: Validations<VolumeMount> = {
  path: requireAbsolutePath,
  volume: anyValue,
  subPath: requireRelativePath,
  readOnly: anyValue,
};

/** Rejects two mounts or writable directories of a container at one path. */
export function requireDistinctPaths(where: string, paths: readonly string[]): void {
  const duplicate = paths.find((path, index) => paths.indexOf(path) < index);
  if (duplicate !== undefined) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `The directory "${duplicate}" is listed twice.`,
      fix: 'List each directory once.',
    });
  }
}

/** The volumes of all mounts, each once. Two of one name are an error. */
export function volumesOf(path: string, mounts: readonly VolumeMount[]): Volume[] {
  const volumes = new Map<string, Volume>();
  for (const { volume } of mounts) {
    const other = volumes.get(volume.name) ?? volume;
    if (other !== volume) {
      throw new ValidationError({
        code: 'Duplicate',
        path,
        summary: `Two volumes of the pod have the name "${volume.name}".`,
        fix: 'Give each a name of its own, or mount the same Volume object in both places.',
      });
    }
    volumes.set(volume.name, volume);
  }
  return [...volumes.values()];
}
