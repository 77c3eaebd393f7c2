import { AMBIENT } from './ambient';
import { HTTP_API, REST_API } from './aws';
import { GATEWAY_API } from './gateway-api';
import { ISTIO_OBSERVABILITY } from './istio-observability';
import { ISTIO_SECURITY } from './istio-security';
import { ISTIO_TRAFFIC } from './istio-traffic';
import { KUBERNETES } from './kubernetes';
import { LINKERD } from './linkerd';
import type { Task } from './task';

export { Support, type Task } from './task';

/** Tasks of the documentation of Istio, Linkerd, the Gateway API, API Gateway and Kubernetes, by area. */
export const TASKS: readonly Task[] = [
  ...ISTIO_TRAFFIC,
  ...ISTIO_SECURITY,
  ...ISTIO_OBSERVABILITY,
  ...AMBIENT,
  ...LINKERD,
  ...GATEWAY_API,
  ...HTTP_API,
  ...REST_API,
  ...KUBERNETES,
];
