import { invalidAuthorizationPolicy } from './schema/authorization';
import { invalidDestinationRule } from './schema/destination-rule';
import { invalidWorkloadEntry } from './schema/endpoints';
import { invalidEnvoyFilter } from './schema/envoy-filter';
import { invalidGateway } from './schema/gateway';
import { invalidProxyConfig } from './schema/proxy-config';
import { envoyFilterInternals, istioWarning } from './schema/istio-warnings';
import { invalidPeerAuthentication, invalidRequestAuthentication } from './schema/security';
import { repeatedObject } from './schema/repeated-object';
import { invalidServiceEntry } from './schema/service-entry';
import { invalidSidecar } from './schema/sidecar';
import { invalidTelemetry } from './schema/telemetry';
import { invalidVirtualService } from './schema/virtual-service';
import { invalidTrafficExtension, invalidWasmPlugin } from './schema/wasm-plugin';
import { invalidWorkloadGroup } from './schema/workload-group';
import { conflictingHosts } from './routing/conflicting-hosts';
import { duplicateRules, overlappingRules } from './routing/duplicate-rules';
import { ineffectiveMatch } from './routing/ineffective-match';
import { jwtClaimRoutes } from './routing/jwt-claim-routes';
import { loneWeight } from './routing/lone-weight';
import { portRequired } from './routing/port-required';
import { repeatedDestination } from './routing/repeated-destination';
import { subsetWithoutLabels } from './routing/subset-without-labels';
import { subsetWithoutPods } from './routing/subset-without-pods';
import { unaffectedIngress } from './routing/unaffected-ingress';
import { unknownDestination } from './routing/unknown-destination';
import { unknownPort } from './routing/unknown-port';
import { unknownRuleHost } from './routing/unknown-rule-host';
import { unknownSubset } from './routing/unknown-subset';
import { unreachableRule } from './routing/unreachable-rule';
import { unverifiedServer } from './routing/unverified-server';
import { conflictingGateways, overlappingGateways } from './gateways/conflicting-gateways';
import { duplicateCertificate } from './gateways/duplicate-certificate';
import { unknownGatewayClass } from './gateways/gateway-class';
import { gatewayNameForm } from './gateways/gateway-name-form';
import { gatewayPort } from './gateways/gateway-port';
import { gatewayWithoutPods } from './gateways/gateway-without-pods';
import { hostNotInGateway } from './gateways/host-not-in-gateway';
import { ineffectiveSelector } from './gateways/ineffective-selector';
import { internalGateway } from './gateways/internal-gateway';
import { mergedHosts } from './gateways/merged-hosts';
import { repeatedListener, sharedAddress, sharedListener } from './gateways/k8s-gateways';
import { unknownBackend, unknownGrantNamespace, unknownParent } from './gateways/k8s-routes';
import { unknownGateway } from './gateways/unknown-gateway';
import { invalidCredential, unknownSecret } from './gateways/unknown-secret';
import { externalNamePort } from './services/external-name-port';
import { unlistedMachines } from './services/machine-addresses';
import { portNameForm } from './services/port-name-form';
import { addressesRequired, conflictingEntryProtocols, repeatedEntry } from './services/service-entries';
import { conflictingPorts, portWithTwoProtocols } from './services/shared-ports';
import { unservedPort } from './services/unserved-port';
import { unknownExport } from './scope/exported-namespaces';
import { ambiguousOutboundPolicy, selectiveGlobalSidecar, unknownEgressHost } from './scope/sidecar-egress';
import { unrestrictedJwks } from './security/jwks-fetch';
import { needsMutualTls } from './security/needs-mutual-tls';
import { unknownMethod, unservedHost } from './security/operations';
import { policyWithoutPods } from './security/policy-without-pods';
import { foreignPrincipal, unknownPrincipal } from './security/principals';
import { rivalDefaults, rivalSelectors } from './security/rival-policies';
import { selectorWithoutPods } from './security/selector-without-pods';
import { missingTlsRule, mutualTlsToPlainText, overriddenTls, plainTextToStrict } from './security/tls-agreement';
import { uncoveredWorkload } from './security/uncovered-workload';
import { unknownNamespace } from './security/unknown-namespace';
import { alphaAnnotation, deprecatedAnnotation, invalidAnnotation, misplacedAnnotation, unknownAnnotation } from './workloads/annotations';
import { imageAutoDeployment, imageAutoPod } from './workloads/image-auto';
import { namespaceInjectedByDefault, namespaceNotInjected, podMissingProxy, severalInjectionLabels } from './workloads/injection';
import { proxyImageMismatch } from './workloads/proxy-images';
import { reservedUser } from './workloads/reserved-user';
import { rivalGroups, unknownServiceAccount } from './workloads/workload-groups';
import { hostRuleElsewhere, hostRuleWithoutWaypoint } from './ambient/host-rules';
import { ineffectiveSidecar } from './ambient/ineffective-sidecar';
import { requestPolicyWithoutTargets, requestPolicyWithoutWaypoint } from './ambient/policies';
import { requestRulesWithoutWaypoint, sidecarAndAmbient, unknownWaypoint, waypointOutsideAmbient } from './ambient/workloads';
import { telemetryWithoutProvider } from './telemetry/telemetry-providers';
import { envoyFilterAdd, envoyFilterRemove, envoyFilterReplace } from './extensions/envoy-filter-operations';
import { envoyFilterOrder, envoyFilterOrderByVersion } from './extensions/envoy-filter-order';
import { negativeCondition } from './control-plane/conditions';
import { deprecated } from './control-plane/deprecated';
import { agingGatewayApi, oldGatewayApi, unsupportedGatewayApi } from './control-plane/gateway-api-versions';
import { unknownRegistry } from './control-plane/mesh-networks';
import { externalControlPlaneByAddress, invalidExternalControlPlane, invalidWebhook } from './control-plane/webhooks';
import { callWithoutGrant, grantWithoutCall, pastWaypoint, plainTextCaller, sidecarMissesHost } from './calls/policy-sidecar-mismatch';
import { retryAmplification, retryStorm } from './calls/amplification';
import { availabilityBelowObjective } from './calls/availability';
import { connectionLimit, ejectsAll, ejectsNone } from './calls/capacity';
import { callCycle } from './calls/cycles';
import { blockedDrain } from './calls/disruption-budget';
import { exposedOperation } from './calls/exposure';
import { unauthenticatedEntry } from './calls/unauthenticated-entry';
import { failClosedOnOwnPath } from './calls/fail-closed';
import { issuerMismatch, sharedServiceAccount } from './calls/identities';
import { blockedSystemTraffic } from './calls/blocked-system-traffic';
import { blockedCall } from './calls/network';
import { requestRulesOnTcp, serverFirstPort } from './calls/protocols';
import { unreachedService } from './calls/reachability';
import { noTimeout, timeoutBeyondApi, timeoutBeyondCaller } from './calls/timeouts';
import { sidecarMissesTracing } from './calls/tracing';
import { retriesBeyondTimeout } from './calls/retries-beyond-timeout';
import { claimsBeforeToken, severalAuthorizers } from './calls/authorizers';
import { weightWithoutReplicas } from './calls/weights';
import { implicitRetries, retriedWrites } from './calls/unsafe-retries';
import { managedApi } from './cloud/managed-apis';
import type { Check } from './check';

/** All checks of manifests, by subject. */
export const CHECKS: readonly Check[] = [
  repeatedObject,
  invalidDestinationRule, invalidEnvoyFilter, invalidGateway, istioWarning, envoyFilterInternals, invalidAuthorizationPolicy, invalidRequestAuthentication,
  invalidPeerAuthentication, invalidProxyConfig, invalidTelemetry, invalidServiceEntry, invalidSidecar, invalidTrafficExtension, invalidVirtualService,
  invalidWasmPlugin, invalidWorkloadEntry, invalidWorkloadGroup,
  conflictingHosts, duplicateRules, overlappingRules, ineffectiveMatch, jwtClaimRoutes, loneWeight, portRequired, repeatedDestination, subsetWithoutLabels,
  subsetWithoutPods, unaffectedIngress, unknownDestination, unknownPort, unknownRuleHost, unknownSubset, unreachableRule, unverifiedServer,
  conflictingGateways, overlappingGateways, duplicateCertificate, gatewayNameForm, gatewayPort, gatewayWithoutPods, hostNotInGateway, mergedHosts,
  ineffectiveSelector, internalGateway, repeatedListener, sharedListener, sharedAddress, unknownGatewayClass, unknownParent, unknownBackend, unknownGrantNamespace,
  unknownGateway, unknownSecret, invalidCredential,
  externalNamePort, portNameForm, addressesRequired, conflictingEntryProtocols, repeatedEntry, unlistedMachines, portWithTwoProtocols, conflictingPorts, unservedPort,
  unknownExport, unknownEgressHost, selectiveGlobalSidecar, ambiguousOutboundPolicy,
  unrestrictedJwks, needsMutualTls, unknownMethod, unservedHost, policyWithoutPods, unknownPrincipal, foreignPrincipal, rivalDefaults, rivalSelectors,
  selectorWithoutPods, plainTextToStrict, mutualTlsToPlainText, missingTlsRule, overriddenTls, uncoveredWorkload, unknownNamespace,
  unknownAnnotation, misplacedAnnotation, invalidAnnotation, deprecatedAnnotation, alphaAnnotation, imageAutoPod, imageAutoDeployment,
  namespaceNotInjected, namespaceInjectedByDefault, severalInjectionLabels, podMissingProxy, proxyImageMismatch, reservedUser, unknownServiceAccount,
  rivalGroups,
  hostRuleWithoutWaypoint, hostRuleElsewhere, ineffectiveSidecar, requestPolicyWithoutWaypoint, requestPolicyWithoutTargets, sidecarAndAmbient,
  waypointOutsideAmbient, unknownWaypoint, requestRulesWithoutWaypoint,
  telemetryWithoutProvider,
  envoyFilterReplace, envoyFilterAdd, envoyFilterRemove, envoyFilterOrder, envoyFilterOrderByVersion,
  negativeCondition, deprecated, unsupportedGatewayApi, agingGatewayApi, oldGatewayApi, unknownRegistry, invalidWebhook, invalidExternalControlPlane,
  externalControlPlaneByAddress,
  callWithoutGrant, grantWithoutCall, sidecarMissesHost, plainTextCaller, pastWaypoint, retryAmplification, retryStorm, availabilityBelowObjective,
  weightWithoutReplicas, connectionLimit, ejectsAll, ejectsNone, callCycle, blockedDrain, exposedOperation, unauthenticatedEntry, failClosedOnOwnPath,
  claimsBeforeToken, severalAuthorizers,
  sharedServiceAccount, issuerMismatch, blockedCall, blockedSystemTraffic, requestRulesOnTcp, serverFirstPort, unreachedService, retriesBeyondTimeout,
  retriedWrites, implicitRetries, timeoutBeyondCaller, timeoutBeyondApi, noTimeout, sidecarMissesTracing,
  managedApi,
];

/** The check with this name (case-insensitive) or code. */
export function checksNamed(name: string): readonly Check[] {
  return CHECKS.filter(({ id, covers }) => [id, ...covers].some(each => each.toLowerCase() === name.toLowerCase()));
}
