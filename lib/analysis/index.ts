export { routeJson, routeReport, routeText } from './route';
export { judge, MATRIX_FORMATS, parseRules, type Verdict, verdictsText } from './matrix';
export { type Change, CHANGE_KINDS, changesOf, DIFF_FORMATS } from './diff';
export {
  argoFolders,
  type Files,
  fluxFolders,
  planJson,
  type Plan,
  planOf,
  planText,
  statesOf,
  stepFolders,
} from './plan';
export { GRAPH_FORMATS, graphOf } from './graph';
export {
  comparedPicture,
  explained,
  type PageProps,
  pageOf,
  type Picture,
  pictureOf,
  problemPage,
  svgOf,
  tracedRequests,
} from './picture';
export { evaluate, type Import, ImportError, importOf, OBJECTS_FILE, type Rendering, type Statement } from './import';
export { compared, learnedText, Learning, UnknownObservations } from './learn';
