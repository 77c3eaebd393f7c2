export { judge, type Verdict, verdictsText } from './assertions';
export { MATRIX_FORMATS } from './formats';
export { parseRules } from './rules';
