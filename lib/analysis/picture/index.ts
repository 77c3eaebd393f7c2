export { comparedPicture } from './compare';
export { type PageProps, pageOf } from './html';
export type { Picture } from './model';
export { pictureOf } from './picture';
export { tracedRequests } from './requests';
export { svgOf } from './svg';
