import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Api } from './api';
import type { PodObject } from './pod-object';

/** Writes the files that the kubelet would mount from ConfigMaps to `root`. */
export async function layOutMounts(
  api: Api,
  { metadata: { namespace }, spec }: PodObject,
  root: string,
): Promise<void> {
  for (const { name, configMap } of spec.volumes ?? []) {
    const mounts = spec.containers
      .flatMap(({ volumeMounts }) => volumeMounts ?? [])
      .filter(mount => mount.name === name);
    if (configMap && mounts.length > 0) {
      const { data } = await api.get<{ data: Record<string, string> }>(
        `/api/v1/namespaces/${namespace}/configmaps/${configMap.name}`,
      );
      mounts.forEach(({ mountPath }) =>
        Object.entries(data).forEach(([file, text]) => write(join(root, mountPath, file), text)),
      );
    }
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
