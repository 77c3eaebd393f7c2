export { type Change, CHANGE_KINDS, changesOf } from './changes';
export { DIFF_FORMATS } from './formats';
