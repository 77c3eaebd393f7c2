import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkManifests, mergedReport, Severity, unreadableManifests, CHECKS } from '../../lib/checks';
import { Cluster, environmentsIn, readResources } from '../../lib/manifests';

/** Every error and warning of the corpus, each reviewed: what happens in the cluster. */
const REVIEWED: Readonly<Record<string, readonly string[]>> = {
  // Objects without a namespace are applied to that of the policy by an option of kubectl.
  'applied-with-a-namespace': [],
  // Argo CD deploys the Service of the route from a chart elsewhere.
  'argo-app-of-apps': [],
  // The API server rejects the Service without ports. The chart is noted.
  'chart-beside': ['k8s/portless.yaml SchemaViolation spec'],
  // The kustomization adds the selector and the labels that it matches.
  'common-labels': [],
  // Documents, settings of a site, Docker Compose and CI are no objects.
  'docs-beside': [],
  // The operator writes the Secret of the Gateway.
  'external-secret': [],
  // The type of the filter is misspelt, so the route is dropped, and HTTPRoutes have no circuit breaker.
  'gateway-api': [
    'route.yaml UnreachableRoute spec.rules[0].filters[0]',
    'route.yaml SchemaViolation spec.rules[0].filters[0].type',
    'route.yaml SchemaViolation spec.rules[0].circuitBreaker',
  ],
  // The namespace with the label of the injector is declared elsewhere.
  'injected-gateway': [],
  // A mode in lower case is none; the Namespace is in a List.
  'list-of-objects': ['policy.yaml SchemaViolation spec.mtls.mode'],
  // The Service is of another team, in a namespace of which nothing is here.
  'other-team': [],
  // Patches in a folder of their own are no objects, listed or not.
  'patches-folder': [],
  // In one region the route has a port that the Service lacks.
  regions: ['us/web.yaml UnknownPort spec.http[0].route[0].destination.port'],
  // Output of istioctl as it is.
  'rendered-istio': [],
  // Kustomize or a script replaces parts of the hosts.
  'replaced-names': [],
  // Each sample is of a cluster of its own, with the application of one of the others. A field of the retries is
  // misspelt: kubectl rejects it.
  samples: ['retries/retries.yaml SchemaViolation spec.http[0].retries.retryon'],
  // A script replaces the number of replicas.
  'script-template': [],
  // In production alone the route has a misspelt host: requests fail with 503.
  environments: ['prod/web.yaml UnknownDestination spec.http[0].route[0].destination.host'],
  // The minimum version of TLS is misspelt: kubectl rejects the Gateway.
  gitops: ['infrastructure/prod/gateway.yaml SchemaViolation spec.servers[0].tls.minProtocolVerison'],
  // Kustomize puts the base into two namespaces, and nothing is wrong in either.
  kustomize: [],
  // The API server rejects a restart policy in lower case. Docker Compose and the chart are noted.
  repository: ['deploy/job.json SchemaViolation spec.template.spec.restartPolicy'],
  // The route of the second variant, which counts, leads to a version that is not deployed.
  tutorial: ['routes/subsets.yaml SubsetWithoutPods spec.subsets[1].name'],
  // No variant of the DestinationRule has the subset of one variant of the route.
  variants: ['networking/route-v3-typo.yaml UnknownSubset spec.http[0].route[0].destination.subset'],
  // A patch adds the label of injection, another one a container with the port.
  'patched-namespace': [],
  // A patch of Flux adds the ports in one of the folders; in the other one the API server rejects the Service.
  'flux-patches': ['apps/search/search.yaml SchemaViolation spec'],
  // ytt fills the documents in.
  ytt: [],
  // One variant of the Gateway serves the first route, and none the second one.
  'gateway-variants': ['route-typo.yaml HostNotInGateway spec.gateways[0]'],
  // The rules of one file are for one host, in a folder of variants.
  'several-in-a-file': [],
  // Patches change the port and add the proxy.
  'patched-port': [],
  // The policies of the three variants suit the rule, except one.
  'peer-variants': [],
  // A script fills in the address of one issuer; the other one lacks https://, and would be refused.
  placeholders: ['tokens.yaml InvalidRequestAuthentication spec.jwtRules[1].jwksUri'],
  // Data of tests, a release note with old line ends, and a patch are no manifests of the cluster.
  'tests-beside': [],
  // The filter stands before the router, which each proxy has; the rest is output of an older istioctl.
  'old-installation': [],
  // Istio merges servers of plain HTTP.
  'merged-gateways': [],
  // The platform declares the class; a script replaces the other name.
  'own-class': [],
  // Two samples are for applications that run already. The mirror of the third one is misspelt.
  'installed-app': ['mirror/mirror.yaml UnknownDestination spec.http[0].mirror.host'],
  // Objects without a namespace are applied to that of the routes. No rule has the subset of testers.
  'moved-rules': ['routes/shop.yaml UnknownSubset spec.http[0].route[0].destination.subset'],
  // One of two definitions has the first field, and none the second one: the API server rejects the object.
  channels: ['app/limit.yaml SchemaViolation spec.size'],
  // The kustomization lists the first definition alone; the other one is for those who want more.
  'listed-channel': ['app/limit.yaml SchemaViolation spec.size'],
  // Two rules and a route are for an application that runs already; one host is misspelt.
  demonstrations: ['discovery/routes.yaml UnknownDestination spec.http[0].route[0].destination.host'],
  // The labels of the namespace are not known, but its name is: the second listener does not accept its route.
  'labelled-elsewhere': ['routes.yaml UnknownParent spec.parentRefs[0]'],
  // Of a file with its class, the second Gateway has another one; the class of the other example exists in the cluster.
  'classes-of-examples': ['basic/gateway.yaml UnknownGatewayClass spec.gatewayClassName'],
};

const folders = readdirSync(__dirname, { withFileTypes: true })
  .filter(each => each.isDirectory())
  .map(each => each.name);

/** As `cardinal check` does it. */
function found(name: string): string[] {
  const folder = join(__dirname, name);
  const { resources, errors, unreadable, unread } = readResources([folder]);
  expect(errors).toEqual([]);
  const parts = environmentsIn(resources).map(world => ({
    world,
    report: checkManifests(new Cluster(world.resources, { unread, others: world.others }), {
      checks: [...CHECKS, unreadableManifests(unreadable)],
    }),
  }));
  return mergedReport(parts)
    .findings.filter(each => each.severity !== Severity.INFO)
    .map(({ id, file, field }) => `${relative(folder, file ?? '')} ${id} ${field}`);
}

test.each(folders)('of %s, each error and warning is right, and none is missing', name => {
  expect(found(name)).toEqual(REVIEWED[name]);
});

test('the precision on the corpus is 100 %', () => {
  const all = folders.flatMap(name => found(name).map(each => `${name}/${each}`));
  const right = all.filter(each => REVIEWED[each.split('/')[0] ?? '']?.includes(each.slice(each.indexOf('/') + 1)));
  expect(`${right.length} of ${all.length} errors and warnings are right`).toBe(
    `${all.length} of ${all.length} errors and warnings are right`,
  );
  expect(all.length).toBeGreaterThan(0);
});
