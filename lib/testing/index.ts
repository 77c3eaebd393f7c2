export { Capture, Manifests, Match, Matcher } from './manifests';
export {
  type Answer, type Ending, type InternetRequestProps, type Reach, type RequestProps, Traffic, type TrafficFrom,
  type TrafficMatrix, type TrafficProps, Unsimulated,
} from './traffic';
