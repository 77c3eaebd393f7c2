import {
  ApiMapping,
  DomainName,
  type IApi,
  IpAddressType,
  type IStage,
  type MTLSConfig,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AaaaRecord,
  ARecord,
  type IAliasRecordTarget,
  type IHostedZone,
  PrivateHostedZone,
  RecordTarget,
} from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Edge } from '../topology';
import { invalidNetwork } from './vpc';

/** How clients reach an API by the host of its edge. */
export interface DomainSettings {
  /**
   * The certificate of the edge's host, in the Region of the API; with `edgeOptimized` in us-east-1. With it the API serves only that host, with TLS 1.2
   * or newer.
   * @default - with `hostedZone` one is created, which DNS records in that zone validate; without, the API serves the
   * host name that AWS generates
   */
  readonly certificate?: ICertificate;
  /**
   * The public hosted zone of the edge's host, in which its record is created: an alias of the API's domain, of type A,
   * and AAAA with `DUAL_STACK`.
   * @default - no record; the output `DomainTarget` is what it is an alias of
   */
  readonly hostedZone?: IHostedZone;
  /**
   * The IP address types of clients.
   * @default IpAddressType.IPV4
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-ip-address-type.html
   */
  readonly ipAddressType?: IpAddressType;
}

/** The certificate of the edge's host; undefined if the API serves the host name that AWS generates. */
export function certificateOf(
  scope: Construct,
  { edge, certificate, hostedZone }: DomainSettings & { readonly edge: Edge },
): ICertificate | undefined {
  if (!hostedZone) {
    return certificate;
  }
  requireZoneOf(edge, hostedZone);
  if (!certificate && hostedZone instanceof PrivateHostedZone) {
    throw invalidNetwork(
      edge.path,
      'A private hosted zone cannot validate a certificate.',
      'Set `certificate`, or use the public hosted zone of the host.',
    );
  }
  return (
    certificate
    ?? new Certificate(scope, 'Certificate', {
      domainName: edge.host,
      validation: CertificateValidation.fromDns(hostedZone),
    })
  );
}

/** The domain of an HTTP or a WebSocket API, its mapping and its records. Returns the name that records are aliases of. */
export function addDomainOfApi(
  scope: Construct,
  settings: DomainSettings & { readonly edge: Edge },
  { certificate, mtls, ...mapping }: ApiOfDomain,
): string {
  const domain = new DomainName(scope, 'Domain', {
    domainName: settings.edge.host,
    certificate,
    securityPolicy: SecurityPolicy.TLS_1_2,
    mtls,
    ipAddressType: settings.ipAddressType,
  });
  const target = new ApiGatewayv2DomainProperties(domain.regionalDomainName, domain.regionalHostedZoneId);
  addRecords(scope, settings, target);
  // Not with the stage, which includes the name of the stack in the mapping's identity.
  new ApiMapping(scope, 'DomainMapping', { ...mapping, domainName: domain });
  return domain.regionalDomainName;
}

/** What a domain leads to. */
interface ApiOfDomain {
  readonly certificate: ICertificate;
  readonly mtls?: MTLSConfig;
  readonly api: IApi;
  readonly stage: IStage;
}

/** The records of the edge's host. */
export function addRecords(
  scope: Construct,
  { edge, hostedZone, ipAddressType }: DomainSettings & { readonly edge: Edge },
  domain: IAliasRecordTarget,
): void {
  if (hostedZone) {
    const record = { zone: hostedZone, recordName: edge.host, target: RecordTarget.fromAlias(domain) };
    new ARecord(scope, 'Record', record);
    if (ipAddressType === IpAddressType.DUAL_STACK) {
      new AaaaRecord(scope, 'Ipv6Record', record);
    }
  }
}

function requireZoneOf({ path, host }: Edge, zone: IHostedZone): void {
  const name = zoneNameOf(path, zone);
  if (!Token.isUnresolved(name) && host !== name && !host.endsWith(`.${name}`)) {
    throw invalidNetwork(
      path,
      `The host ${host} is not in the hosted zone ${name}.`,
      "Set `hostedZone` to the zone of the edge's host.",
    );
  }
}

function zoneNameOf(path: string, zone: IHostedZone): string {
  try {
    return zone.zoneName.replace(/\.$/, '');
  } catch {
    throw invalidNetwork(
      path,
      'The name of the imported hosted zone is unknown.',
      'Use `HostedZone.fromHostedZoneAttributes` with `zoneName`.',
    );
  }
}
