export { Capture, Manifests, Match, Matcher } from './manifests';
export {
  type InternetRequestProps,
  type Outcome,
  type Reach,
  type RequestProps,
  type RequestResult,
  Traffic,
  type TrafficFrom,
  type TrafficMatrix,
  type TrafficProps,
  Unsimulated,
} from './traffic';
