export type { Context } from './clusters/context';
export type { SimulatedOutcome, SimulationResult } from './clusters/simulation-result';
export { resolve } from './endpoints/resolve';
export { differences } from './graph/difference';
export { type Reach, TrafficMatrix } from './graph/matrix';
export { describeRetries, percent } from './graph/path-text';
export { authorityOf, BEARER, type Message, type TokenPlace } from './messages/message';
export { Unsimulated } from './messages/unsimulated';
export { contextOf, requestFrom, requestFromInternet } from './requests/requests';
