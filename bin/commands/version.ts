import { createRequire } from 'node:module';

/** The version of the package. */
export function version(): string {
  const require = createRequire(__filename);
  return (require('cdk8s-cardinal/package.json') as { version: string }).version;
}
