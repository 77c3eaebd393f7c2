export * from './gateways';
export * from './hosts';
export * from './kinds';
export * from './kinds';
export * from './read';
export * from './rules';
