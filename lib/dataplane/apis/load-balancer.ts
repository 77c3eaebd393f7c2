import type { Field, Resource } from '../../manifests';
import type { Template } from './template';

const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const VPC_LINK = 'AWS::ApiGateway::VpcLink';

/** The destination of a VPC link; fields are undefined if they are not in the template. */
export interface Target {
  readonly port?: number;
  readonly targetGroup?: Resource;
}

/** The target of a listener. */
export function targetOfListener(template: Template, field: Field): Target {
  const listener = template.referred(field, LISTENER);
  return listener
    ? {
        port: listener.root.get('Properties', 'Port').number,
        targetGroup: template.referred(listener.root.get('Properties', 'DefaultActions'), TARGET_GROUP),
      }
    : {};
}

/** The target of a load balancer on a port; a VPC link for REST APIs (V1) has its own. */
export function targetOfLoadBalancer(template: Template, integration: Field, port: number): Target {
  const link = template.referred(integration.get('ConnectionId'), VPC_LINK);
  const balancer =
    template.referred(integration.get('IntegrationTarget'), LOAD_BALANCER)
    ?? (link && template.referred(link.root.get('Properties', 'TargetArns'), LOAD_BALANCER));
  const listener =
    balancer
    && template
      .allOf(balancer, 'LoadBalancerArn', LISTENER)
      .find(each => each.root.get('Properties', 'Port').number === port);
  return {
    port,
    targetGroup: listener && template.referred(listener.root.get('Properties', 'DefaultActions'), TARGET_GROUP),
  };
}

/** Whether an integration uses a VPC link V1, which does not add the stage to the path. */
export function isFirstLink(template: Template, integration: Field): boolean {
  return template.referred(integration.get('ConnectionId'), VPC_LINK) !== undefined;
}
