import { Names, Validations } from 'aws-cdk-lib';
import { CfnAuthorizer, type CfnMethod, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { type AcceptedTokens, audiencesOf } from '../topology';
import { jwtAuthorizerKey } from './jwt-authorizer-key';

/** The algorithms that JWT authorizers support: no PS256 to PS512, EdDSA or shared secrets. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512'];

/**
 * The JWT authorizers of a REST API, one for each pair of issuer and audiences. AWS fetches the keys by OpenID
 * discovery, when the authorizer is created and again at least every hour, and compares scopes of the method with the
 * claims `scope` and `scp`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-authorizer-jwtconfiguration.html
 */
export class JwtAuthorizers extends Construct {
  private readonly authorizers = new Map<string, CfnAuthorizer>();

  constructor(
    scope: Construct,
    id: string,
    private readonly api: RestApi,
  ) {
    super(scope, id);
  }

  /** Requires a token for a method. */
  protect(method: CfnMethod, token: AcceptedTokens): void {
    // The construct has neither the type of authorization nor the configuration.
    method.addPropertyOverride('AuthorizationType', 'JWT');
    method.addPropertyOverride('AuthorizerId', this.authorizerOf(token).ref);
    if (token.scopes) {
      method.addPropertyOverride('AuthorizationScopes', token.scopes);
    }
  }

  private authorizerOf(token: AcceptedTokens): CfnAuthorizer {
    const id = jwtAuthorizerKey(token);
    const authorizer = this.authorizers.get(id) ?? this.addAuthorizer(id, token);
    this.authorizers.set(id, authorizer);
    return authorizer;
  }

  private addAuthorizer(id: string, token: AcceptedTokens): CfnAuthorizer {
    const authorizer = new CfnAuthorizer(this, id, {
      restApiId: this.api.restApiId,
      name: '',
      type: 'JWT',
      identitySource: 'method.request.header.Authorization',
    });
    authorizer.name = Names.uniqueId(authorizer);
    authorizer.addPropertyOverride('JwtConfiguration', {
      DefaultAlgorithms: ALGORITHMS,
      Issuers: [{ Issuer: token.issuer, Audiences: audiencesOf(token) }],
    });
    Validations.of(authorizer).acknowledge({
      id: 'CloudFormation-Validate::F3002',
      reason: 'JwtConfiguration is in the template reference, and not in the schemas of the CDK yet.',
    });
    authorizer.addMetadata('cfn-lint', { config: { ignore_checks: ['E3002'] } });
    return authorizer;
  }
}
