import { createRequire } from 'node:module';

/** What the command line reads of the package's own package.json. */
interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The package's own package.json. */
export function packageJson(): PackageJson {
  const require = createRequire(__filename);
  return require('cdk8s-cardinal/package.json') as PackageJson;
}

/** The version of the package. */
export function version(): string {
  return packageJson().version;
}
