export type { AssumedGatewayPods, AssumedPort, Assumptions } from '../manifests';
export { Manifests } from './manifests';
export { Capture, Match, Matcher } from './match';
export {
  type InternetRequestProps,
  type Outcome,
  type Reach,
  type RequestProps,
  type RequestResult,
  type ResponseHeaderChanges,
  Traffic,
  type TrafficFrom,
  type TrafficMatrix,
  type TrafficProps,
  Unsimulated,
} from './traffic';
