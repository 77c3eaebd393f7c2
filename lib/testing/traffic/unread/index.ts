export * from './kinds';
export * from './read';
export * from './request';
