export { type AssumedCluster, assumedBy } from './assumptions';
export {
  type Config,
  CONFIG_FILE,
  ConfigError,
  type Environment,
  parseConfig,
  readConfig,
  requireKnownNames,
} from './config';
export { loadPlugins, PluginError } from './plugins';
export { type Schema, violationsOf } from './validate';
