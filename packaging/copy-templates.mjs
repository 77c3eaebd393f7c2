// What `cdk8s-cardinal init` and `graph` write, at the same place as in the sources.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const path of ['bin/init/templates', 'examples/bookinfo.ts', 'lib/analysis/picture/page']) {
  cpSync(`${root}/${path}`, `${root}/build/${path}`, { recursive: true });
}
