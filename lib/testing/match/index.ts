export { Capture } from './capture';
export { compare } from './compare';
export { Comparison } from './comparison';
export { Match } from './match';
export { Matcher } from './matcher';
