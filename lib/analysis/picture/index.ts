export { comparedPicture } from './compare';
export { type PageProps, pageOf, problemPage } from './html';
export type { Picture } from './model';
export { pictureOf } from './picture';
export { explained, tracedRequests } from './requests';
export { svgOf } from './svg';
