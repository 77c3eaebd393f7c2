import type { CfnResource } from 'aws-cdk-lib';
import { Aspects, Duration, Lazy, Stack } from 'aws-cdk-lib';
import {
  CfnAuthorizer,
  CfnDeployment,
  CfnGatewayResponse,
  CfnMethod,
  CfnModel,
  CfnRequestValidator,
  CfnResource as CfnApiResource,
  Deployment,
  type MethodDeploymentOptions,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Edge } from '../topology';

/** The resources that AWS copies into a deployment, besides the API itself. */
const CONTENTS = [CfnApiResource, CfnMethod, CfnAuthorizer, CfnGatewayResponse, CfnModel, CfnRequestValidator];

type Content = InstanceType<(typeof CONTENTS)[number]>;

/**
 * A snapshot of a REST API. A deployment is immutable, so its logical id changes with its contents, including overrides
 * of single resources, and it depends on all of them. Earlier deployments are retained for canaries and rollbacks.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
 */
export class RestDeployment extends Deployment {
  constructor(scope: Construct, id: string, props: { readonly api: RestApi }) {
    super(scope, id, { api: props.api, retainDeployments: true });
    this.addToLogicalId(
      Lazy.any({
        produce: () =>
          this.contents(props.api)
            .map(each => propertiesOf(each))
            .sort(),
      }),
    );
    Aspects.of(this).add({
      visit: node => {
        if (node instanceof CfnDeployment) {
          this.contents(props.api).forEach(each => node.addResourceDependency(each));
        }
      },
    });
  }

  /** The contents of the deployment, from the whole stack. */
  private contents(api: RestApi): Content[] {
    const stack = Stack.of(this);
    const id = JSON.stringify(stack.resolve(api.restApiId));
    return stack.node
      .findAll()
      .filter(isContent)
      .filter(each => JSON.stringify(stack.resolve(each.restApiId)) === id);
  }
}

function isContent(construct: unknown): construct is Content {
  return CONTENTS.some(each => construct instanceof each);
}

/** The properties in the CloudFormation template, after all overrides. */
function propertiesOf(resource: CfnResource): string {
  const { Resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    Resources: Record<string, { Type: string; Properties: object }>;
  };
  return JSON.stringify(Object.values(Resources).map(({ Type, Properties }) => [Type, Properties]));
}

/** The rate limits and caches of routes, as settings of the stage. */
export function methodSettings(edge: Edge): Record<string, MethodDeploymentOptions> | undefined {
  const settings = edge.routes
    .filter(({ rateLimit, cacheTtl }) => rateLimit ?? cacheTtl)
    .map(
      ({ operation: { method, path }, rateLimit, cacheTtl }) =>
        [
          `${path.text}/${method ?? '*'}`,
          {
            throttlingRateLimit: rateLimit?.rate,
            throttlingBurstLimit: rateLimit?.burst,
            cachingEnabled: cacheTtl ? true : undefined,
            cacheTtl: cacheTtl ? Duration.seconds(cacheTtl.toSeconds()) : undefined,
            cacheDataEncrypted: cacheTtl ? true : undefined,
            metricsEnabled: true,
          },
        ] as const,
    );
  return settings.length > 0 ? Object.fromEntries(settings) : undefined;
}
