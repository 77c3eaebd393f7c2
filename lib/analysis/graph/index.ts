export { GRAPH_FORMATS } from './formats';
export { graphOf } from './graph';
