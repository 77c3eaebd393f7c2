export { routeJson, routeReport, routeText } from './route';
export { judge, MATRIX_FORMATS, parseRules, type Verdict, verdictsText } from './matrix';
