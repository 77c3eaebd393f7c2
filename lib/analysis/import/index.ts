export type { Statement } from '../program';
export { evaluate } from './evaluate';
export { type Import, ImportError, importOf, OBJECTS_FILE, type Rendering } from './import';
