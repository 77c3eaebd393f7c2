// Written by `npm run docs` from the folders beside it.
import type { Check } from '../manifests/check';
import { rule as addressesAtWaypoint } from './addresses-at-waypoint/rule';
import { rule as addressesRequired } from './addresses-required/rule';
import { rule as agingGatewayApi } from './aging-gateway-api/rule';
import { rule as alphaAnnotation } from './alpha-annotation/rule';
import { rule as ambiguousOutboundPolicy } from './ambiguous-outbound-policy/rule';
import { rule as availabilityBelowObjective } from './availability-below-objective/rule';
import { rule as blockedCall } from './blocked-call/rule';
import { rule as blockedDrain } from './blocked-drain/rule';
import { rule as blockedSystemTraffic } from './blocked-system-traffic/rule';
import { rule as callCycle } from './call-cycle/rule';
import { rule as callWithoutGrant } from './call-without-grant/rule';
import { rule as claimsBeforeToken } from './claims-before-token/rule';
import { rule as conflictingEntryProtocols } from './conflicting-entry-protocols/rule';
import { rule as conflictingGateways } from './conflicting-gateways/rule';
import { rule as conflictingHosts } from './conflicting-hosts/rule';
import { rule as conflictingPorts } from './conflicting-ports/rule';
import { rule as connectionLimit } from './connection-limit/rule';
import { rule as deprecated } from './deprecated/rule';
import { rule as deprecatedAnnotation } from './deprecated-annotation/rule';
import { rule as differingServiceEntries } from './differing-service-entries/rule';
import { rule as duplicateCertificate } from './duplicate-certificate/rule';
import { rule as duplicateDestinationRules } from './duplicate-destination-rules/rule';
import { rule as ejectsAll } from './ejects-all/rule';
import { rule as ejectsNone } from './ejects-none/rule';
import { rule as envoyFilterAdd } from './envoy-filter-add/rule';
import { rule as envoyFilterInternals } from './envoy-filter-internals/rule';
import { rule as envoyFilterOrder } from './envoy-filter-order/rule';
import { rule as envoyFilterOrderByVersion } from './envoy-filter-order-by-version/rule';
import { rule as envoyFilterRemove } from './envoy-filter-remove/rule';
import { rule as envoyFilterReplace } from './envoy-filter-replace/rule';
import { rule as exposedOperation } from './exposed-operation/rule';
import { rule as externalControlPlaneByAddress } from './external-control-plane-by-address/rule';
import { rule as externalNamePort } from './external-name-port/rule';
import { rule as failClosedOnOwnPath } from './fail-closed-on-own-path/rule';
import { rule as failingRoute } from './failing-route/rule';
import { rule as foreignPrincipal } from './foreign-principal/rule';
import { rule as gatewayNameForm } from './gateway-name-form/rule';
import { rule as gatewayPort } from './gateway-port/rule';
import { rule as gatewayWithoutPods } from './gateway-without-pods/rule';
import { rule as grantWithoutCall } from './grant-without-call/rule';
import { rule as hostNotInGateway } from './host-not-in-gateway/rule';
import { rule as hostRuleElsewhere } from './host-rule-elsewhere/rule';
import { rule as hostRuleWithoutWaypoint } from './host-rule-without-waypoint/rule';
import { rule as imageAutoDeployment } from './image-auto-deployment/rule';
import { rule as imageAutoPod } from './image-auto-pod/rule';
import { rule as implicitRetries } from './implicit-retries/rule';
import { rule as ineffectiveMatch } from './ineffective-match/rule';
import { rule as ineffectiveSelector } from './ineffective-selector/rule';
import { rule as ineffectiveSidecar } from './ineffective-sidecar/rule';
import { rule as internalGateway } from './internal-gateway/rule';
import { rule as invalidAnnotation } from './invalid-annotation/rule';
import { rule as invalidAuthorizationPolicy } from './invalid-authorization-policy/rule';
import { rule as invalidCredential } from './invalid-credential/rule';
import { rule as invalidDestinationRule } from './invalid-destination-rule/rule';
import { rule as invalidEnvoyFilter } from './invalid-envoy-filter/rule';
import { rule as invalidExternalControlPlane } from './invalid-external-control-plane/rule';
import { rule as invalidGateway } from './invalid-gateway/rule';
import { rule as invalidPeerAuthentication } from './invalid-peer-authentication/rule';
import { rule as invalidProxyConfig } from './invalid-proxy-config/rule';
import { rule as invalidRequestAuthentication } from './invalid-request-authentication/rule';
import { rule as invalidServiceEntry } from './invalid-service-entry/rule';
import { rule as invalidSidecar } from './invalid-sidecar/rule';
import { rule as invalidTelemetry } from './invalid-telemetry/rule';
import { rule as invalidTrafficExtension } from './invalid-traffic-extension/rule';
import { rule as invalidVirtualService } from './invalid-virtual-service/rule';
import { rule as invalidWasmPlugin } from './invalid-wasm-plugin/rule';
import { rule as invalidWebhook } from './invalid-webhook/rule';
import { rule as invalidWorkloadEntry } from './invalid-workload-entry/rule';
import { rule as invalidWorkloadGroup } from './invalid-workload-group/rule';
import { rule as issuerMismatch } from './issuer-mismatch/rule';
import { rule as istioWarning } from './istio-warning/rule';
import { rule as jwtClaimRoutes } from './jwt-claim-routes/rule';
import { rule as loneWeight } from './lone-weight/rule';
import { rule as managedApi } from './managed-api/rule';
import { rule as mergedHosts } from './merged-hosts/rule';
import { rule as misplacedAnnotation } from './misplaced-annotation/rule';
import { rule as missingTlsRule } from './missing-tls-rule/rule';
import { rule as mutualTlsToPlainText } from './mutual-tls-to-plain-text/rule';
import { rule as namespaceInjectedByDefault } from './namespace-injected-by-default/rule';
import { rule as namespaceNotInjected } from './namespace-not-injected/rule';
import { rule as needsMutualTls } from './needs-mutual-tls/rule';
import { rule as negativeCondition } from './negative-condition/rule';
import { rule as noTimeout } from './no-timeout/rule';
import { rule as oldGatewayApi } from './old-gateway-api/rule';
import { rule as overlappingDestinationRules } from './overlapping-destination-rules/rule';
import { rule as overlappingGateways } from './overlapping-gateways/rule';
import { rule as overriddenTls } from './overridden-tls/rule';
import { rule as pastWaypoint } from './past-waypoint/rule';
import { rule as plainTextCaller } from './plain-text-caller/rule';
import { rule as plainTextToStrict } from './plain-text-to-strict/rule';
import { rule as podMissingProxy } from './pod-missing-proxy/rule';
import { rule as policyWithoutPods } from './policy-without-pods/rule';
import { rule as portNameForm } from './port-name-form/rule';
import { rule as portRequired } from './port-required/rule';
import { rule as portWithTwoProtocols } from './port-with-two-protocols/rule';
import { rule as proxyImageMismatch } from './proxy-image-mismatch/rule';
import { rule as refusedPreflight } from './refused-preflight/rule';
import { rule as repeatedDestination } from './repeated-destination/rule';
import { rule as repeatedListener } from './repeated-listener/rule';
import { rule as repeatedObject } from './repeated-object/rule';
import { rule as repeatedServiceEntry } from './repeated-service-entry/rule';
import { rule as requestPolicyWithoutTargets } from './request-policy-without-targets/rule';
import { rule as requestPolicyWithoutWaypoint } from './request-policy-without-waypoint/rule';
import { rule as requestRulesOnTcp } from './request-rules-on-tcp/rule';
import { rule as requestRulesWithoutWaypoint } from './request-rules-without-waypoint/rule';
import { rule as reservedUser } from './reserved-user/rule';
import { rule as retriedWrites } from './retried-writes/rule';
import { rule as retriesBeyondTimeout } from './retries-beyond-timeout/rule';
import { rule as retryAmplification } from './retry-amplification/rule';
import { rule as retryStorm } from './retry-storm/rule';
import { rule as rewrittenPath } from './rewritten-path/rule';
import { rule as rivalDefaults } from './rival-defaults/rule';
import { rule as rivalGroups } from './rival-groups/rule';
import { rule as rivalSelectors } from './rival-selectors/rule';
import { rule as schemaViolation } from './schema-violation/rule';
import { rule as selectiveGlobalSidecar } from './selective-global-sidecar/rule';
import { rule as selectorWithoutPods } from './selector-without-pods/rule';
import { rule as serverFirstPort } from './server-first-port/rule';
import { rule as serviceWithoutPods } from './service-without-pods/rule';
import { rule as severalAuthorizers } from './several-authorizers/rule';
import { rule as severalInjectionLabels } from './several-injection-labels/rule';
import { rule as sharedAddress } from './shared-address/rule';
import { rule as sharedListener } from './shared-listener/rule';
import { rule as sharedServiceAccount } from './shared-service-account/rule';
import { rule as sidecarAndAmbient } from './sidecar-and-ambient/rule';
import { rule as sidecarMissesHost } from './sidecar-misses-host/rule';
import { rule as sidecarMissesTracing } from './sidecar-misses-tracing/rule';
import { rule as subsetWithoutLabels } from './subset-without-labels/rule';
import { rule as subsetWithoutPods } from './subset-without-pods/rule';
import { rule as telemetryWithoutProvider } from './telemetry-without-provider/rule';
import { rule as timeoutBeyondApi } from './timeout-beyond-api/rule';
import { rule as timeoutBeyondCaller } from './timeout-beyond-caller/rule';
import { rule as unaffectedIngress } from './unaffected-ingress/rule';
import { rule as unauthenticatedEntry } from './unauthenticated-entry/rule';
import { rule as uncoveredWorkload } from './uncovered-workload/rule';
import { rule as unknownAnnotation } from './unknown-annotation/rule';
import { rule as unknownBackend } from './unknown-backend/rule';
import { rule as unknownDestination } from './unknown-destination/rule';
import { rule as unknownEgressHost } from './unknown-egress-host/rule';
import { rule as unknownExport } from './unknown-export/rule';
import { rule as unknownGateway } from './unknown-gateway/rule';
import { rule as unknownGatewayClass } from './unknown-gateway-class/rule';
import { rule as unknownGrantNamespace } from './unknown-grant-namespace/rule';
import { rule as unknownMembership } from './unknown-membership/rule';
import { rule as unknownMethod } from './unknown-method/rule';
import { rule as unknownNamespace } from './unknown-namespace/rule';
import { rule as unknownParent } from './unknown-parent/rule';
import { rule as unknownPort } from './unknown-port/rule';
import { rule as unknownPrincipal } from './unknown-principal/rule';
import { rule as unknownRegistry } from './unknown-registry/rule';
import { rule as unknownRuleHost } from './unknown-rule-host/rule';
import { rule as unknownSecret } from './unknown-secret/rule';
import { rule as unknownServiceAccount } from './unknown-service-account/rule';
import { rule as unknownSubset } from './unknown-subset/rule';
import { rule as unknownWaypoint } from './unknown-waypoint/rule';
import { rule as unlistedMachines } from './unlisted-machines/rule';
import { rule as unreachableRoute } from './unreachable-route/rule';
import { rule as unreachableRule } from './unreachable-rule/rule';
import { rule as unreachedService } from './unreached-service/rule';
import { rule as unrestrictedJwks } from './unrestricted-jwks/rule';
import { rule as unservedHost } from './unserved-host/rule';
import { rule as unservedPort } from './unserved-port/rule';
import { rule as unsupportedGatewayApi } from './unsupported-gateway-api/rule';
import { rule as unverifiedServer } from './unverified-server/rule';
import { rule as waypointOutsideAmbient } from './waypoint-outside-ambient/rule';
import { rule as weightWithoutReplicas } from './weight-without-replicas/rule';

/** All checks over manifests, in alphabetical order. */
export const RULES: readonly Check[] = [
  addressesAtWaypoint, addressesRequired, agingGatewayApi, alphaAnnotation, ambiguousOutboundPolicy,
  availabilityBelowObjective, blockedCall, blockedDrain, blockedSystemTraffic, callCycle, callWithoutGrant,
  claimsBeforeToken, conflictingEntryProtocols, conflictingGateways, conflictingHosts, conflictingPorts,
  connectionLimit, deprecated, deprecatedAnnotation, differingServiceEntries, duplicateCertificate,
  duplicateDestinationRules, ejectsAll, ejectsNone, envoyFilterAdd, envoyFilterInternals, envoyFilterOrder,
  envoyFilterOrderByVersion, envoyFilterRemove, envoyFilterReplace, exposedOperation, externalControlPlaneByAddress,
  externalNamePort, failClosedOnOwnPath, failingRoute, foreignPrincipal, gatewayNameForm, gatewayPort,
  gatewayWithoutPods, grantWithoutCall, hostNotInGateway, hostRuleElsewhere, hostRuleWithoutWaypoint,
  imageAutoDeployment, imageAutoPod, implicitRetries, ineffectiveMatch, ineffectiveSelector, ineffectiveSidecar,
  internalGateway, invalidAnnotation, invalidAuthorizationPolicy, invalidCredential, invalidDestinationRule,
  invalidEnvoyFilter, invalidExternalControlPlane, invalidGateway, invalidPeerAuthentication, invalidProxyConfig,
  invalidRequestAuthentication, invalidServiceEntry, invalidSidecar, invalidTelemetry, invalidTrafficExtension,
  invalidVirtualService, invalidWasmPlugin, invalidWebhook, invalidWorkloadEntry, invalidWorkloadGroup, issuerMismatch,
  istioWarning, jwtClaimRoutes, loneWeight, managedApi, mergedHosts, misplacedAnnotation, missingTlsRule,
  mutualTlsToPlainText, namespaceInjectedByDefault, namespaceNotInjected, needsMutualTls, negativeCondition, noTimeout,
  oldGatewayApi, overlappingDestinationRules, overlappingGateways, overriddenTls, pastWaypoint, plainTextCaller,
  plainTextToStrict, podMissingProxy, policyWithoutPods, portNameForm, portRequired, portWithTwoProtocols,
  proxyImageMismatch, refusedPreflight, repeatedDestination, repeatedListener, repeatedObject, repeatedServiceEntry,
  requestPolicyWithoutTargets, requestPolicyWithoutWaypoint, requestRulesOnTcp, requestRulesWithoutWaypoint,
  reservedUser, retriedWrites, retriesBeyondTimeout, retryAmplification, retryStorm, rewrittenPath, rivalDefaults,
  rivalGroups, rivalSelectors, schemaViolation, selectiveGlobalSidecar, selectorWithoutPods, serverFirstPort,
  serviceWithoutPods, severalAuthorizers, severalInjectionLabels, sharedAddress, sharedListener, sharedServiceAccount,
  sidecarAndAmbient, sidecarMissesHost, sidecarMissesTracing, subsetWithoutLabels, subsetWithoutPods,
  telemetryWithoutProvider, timeoutBeyondApi, timeoutBeyondCaller, unaffectedIngress, unauthenticatedEntry,
  uncoveredWorkload, unknownAnnotation, unknownBackend, unknownDestination, unknownEgressHost, unknownExport,
  unknownGateway, unknownGatewayClass, unknownGrantNamespace, unknownMembership, unknownMethod, unknownNamespace,
  unknownParent, unknownPort, unknownPrincipal, unknownRegistry, unknownRuleHost, unknownSecret, unknownServiceAccount,
  unknownSubset, unknownWaypoint, unlistedMachines, unreachableRoute, unreachableRule, unreachedService,
  unrestrictedJwks, unservedHost, unservedPort, unsupportedGatewayApi, unverifiedServer, waypointOutsideAmbient,
  weightWithoutReplicas,
];
