import { CLOUDFORMATION, type Cluster } from '../../../manifests';

const HTTP_API = 30_000;
const REST_API = 29_000;

/** The longest that the managed APIs of the templates wait for the cluster, in milliseconds; undefined without such an API. */
export function apiLimitsOf(cluster: Cluster): number | undefined {
  const limits = [
    ...cluster.all('AWS::ApiGatewayV2::Integration').filter(each => each.root.get('Properties', 'ConnectionType').text === 'VPC_LINK' || each.root.get('Properties', 'IntegrationType').text.startsWith('HTTP'))
      .map(each => each.root.get('Properties', 'TimeoutInMillis').number ?? HTTP_API),
    ...cluster.all('AWS::ApiGateway::Method').filter(each => each.root.get('Properties', 'Integration', 'Type').text.startsWith('HTTP'))
      .map(each => each.root.get('Properties', 'Integration', 'TimeoutInMillis').number ?? REST_API),
  ];
  return limits.length === 0 ? undefined : Math.max(...limits);
}

/** Whether something is a resource of a template, and no object of Kubernetes. */
export function isCloud(apiVersion: string): boolean {
  return apiVersion === CLOUDFORMATION;
}
