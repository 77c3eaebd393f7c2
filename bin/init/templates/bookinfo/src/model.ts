import { bookinfo } from './bookinfo';

/** Istio's Bookinfo, with all requests for reviews sent to version v1. */
export const shop = bookinfo('all-v1');
