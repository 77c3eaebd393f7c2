import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

export default function afterAllFiles(): void {
  rmSync(tmpdir(), { recursive: true, force: true });
}
