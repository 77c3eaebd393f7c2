export * from './gateways';
export * from './hosts';
export * from './kinds';
export * from './parties';
export * from './read';
export * from './rules';
