import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { requireArguments } from '../topology';

/** Properties of a {@link Waf}. */
export interface WafProps {
  /** The ARN of the protected stage. */
  readonly stageArn: string;
  /** Its name in metrics. */
  readonly name: string;
  /**
   * The ARN of an existing web ACL.
   * @default - a new one with the managed rules against common attacks, known bad inputs and IP addresses of bad
   * reputation
   */
  readonly webAclArn?: string;
}

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
const MANAGED_RULES = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
];

/**
 * A web application firewall in front of a stage of a REST API.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
 */
export class Waf extends Construct {
  constructor(scope: Construct, id: string, props: WafProps) {
    requireArguments('new.Waf', [scope, id, props]);
    super(scope, id);
    const { stageArn, name, webAclArn } = props;
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: stageArn,
      webAclArn: webAclArn ?? this.addWebAcl(name).attrArn,
    });
  }

  private addWebAcl(name: string): CfnWebACL {
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    return new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(name),
      rules: MANAGED_RULES.map((rules, priority) => ({
        name: rules,
        priority,
        overrideAction: { none: {} },
        statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: rules } },
        visibilityConfig: visible(`${name}-${rules}`),
      })),
    });
  }
}
