export {
  call,
  cardinal,
  type Code,
  duration,
  exported,
  list,
  literal,
  make,
  member,
  type Module,
  name,
  object,
  objectOrNone,
  refersTo,
  type Statement,
} from './code';
export { constantOf, RESERVED_WORDS } from './constants';
export { printModel } from './print';
