import { checkArguments } from './arguments';
import { Auth } from './auth';
import { Callee } from './callee';
import { CallerKey } from './caller-key';
import { Contract } from './contract';
import { Edge } from './edge';
import { EgressGateway } from './egress-gateway';
import { ExternalAuthorizer } from './external-authorizer';
import { ExternalService } from './external';
import { ForeignService, ForeignTopology } from './foreign-topology';
import { Front } from './front';
import { HashKey } from './hash-key';
import { Machines } from './machines';
import { Operation } from './operation';
import { OutboundTraffic } from './outbound-traffic';
import { Peer } from './peer';
import { ClientKey, PerClientRateLimit } from './per-client-rate-limit';
import { Port } from './port';
import { ProtoDescriptor } from './proto-descriptor';
import { QueryParamMatch } from './request-match';
import { RateLimit } from './rate-limit';
import { Service } from './service';
import { SharedGateway } from './shared-gateway';
import { TlsOrigination } from './tls-origination';
import { Topology } from './topology';
import { HeaderMatch } from './traffic';
import { ScalingMetric } from './workload/autoscaling';
import { EnvFrom, EnvValue } from './workload/env';
import { Health } from './workload/health';
import { LifecycleHandler } from './workload/lifecycle';
import { ProxyExtension } from './workload/proxy-extension';
import { SecurityProfile } from './workload/security-context';
import { Volume } from './workload/volume';
import { WorkloadKind } from './workload-kind';

checkArguments({
  Auth,
  Callee,
  CallerKey,
  ClientKey,
  Contract,
  Edge,
  EgressGateway,
  EnvFrom,
  EnvValue,
  ExternalAuthorizer,
  ExternalService,
  ForeignService,
  ForeignTopology,
  Front,
  HashKey,
  HeaderMatch,
  Health,
  LifecycleHandler,
  Machines,
  Operation,
  OutboundTraffic,
  Peer,
  PerClientRateLimit,
  Port,
  ProtoDescriptor,
  ProxyExtension,
  QueryParamMatch,
  RateLimit,
  ScalingMetric,
  SecurityProfile,
  Service,
  SharedGateway,
  TlsOrigination,
  Topology,
  Volume,
  WorkloadKind,
});
