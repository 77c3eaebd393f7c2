import { type Cluster, fullHost, hasLabels, Kind, mayHaveLabels, memo, missingPods } from '../../../manifests';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { destinationsOf, targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'SubsetWithoutPods',
  severity: Severity.ERROR,
  covers: ['IST0173', 'KIA0203'],
  summary: "A subset of a DestinationRule selects none of its host's pods",
  explanation:
    'Requests that a route sends to the subset fail with 503; of a subset that no route names it is a note. '
    + 'The labels are compared with those of the '
    + 'pods behind the host and of the endpoints of its ServiceEntry; labels that '
    + 'Istio adds (region, zone, node, cluster, network) exist in a running cluster only and are not '
    + 'compared. `istioctl analyze` (IST0173) accepts any pod with the labels.',
  *find(cluster) {
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const target = targetOf(rule.spec.get('host').text, rule, cluster);
      if (!target) {
        continue;
      }
      const isService = target.resource.type === Kind.SERVICE;
      const selector = isService
        ? cluster.selectorOf(target.resource)
        : target.resource.spec.get('workloadSelector', 'labels').strings;
      const pods = isService
        ? cluster.selectedBy(target.resource)
        : Object.keys(selector).length > 0
          ? cluster.workloads.select(selector, target.resource.namespace)
          : [];
      const labels = [
        ...pods.map(each => each.labels),
        ...target.resource.spec.get('endpoints').items.map(each => each.get('labels').strings),
        ...cluster
          .all(Kind.WORKLOAD_ENTRY)
          .filter(each => each.namespace === target.resource.namespace)
          .map(each => each.spec.get('labels').strings)
          .filter(each => hasLabels(each, selector)),
      ];
      for (const subset of rule.spec.get('subsets').items) {
        const wanted = Object.fromEntries(
          Object.entries(subset.get('labels').strings).filter(([name, value]) => value === '' || !ADDED.test(name)),
        );
        if (Object.keys(wanted).length > 0 && !labels.some(each => mayHaveLabels(each, wanted))) {
          const name = subset.get('name').text;
          const isRouted = routed(cluster).has(`${target.name} ${name}`);
          const isElsewhere = cluster.workloads.select({ ...(isService ? {} : selector), ...wanted }).length > 0;
          const found = absent(
            missingPods(target.resource.namespace),
            problem(
              subset.get('name'),
              `No pod of ${target.name} has the labels of the subset "${name}", so requests to it `
                + `${isRouted ? 'fail' : 'would fail'} with 503.`,
              'Correct the labels, or label the pods (`spec.template.metadata.labels` of the Deployment).',
              isElsewhere ? ['KIA0203'] : undefined,
            ),
          );
          yield isRouted ? found : { ...found, severity: Severity.INFO };
        }
      }
    }
  },
};

/** The hosts and subsets that routes name. */
const routed = memo(
  (cluster: Cluster): ReadonlySet<string> =>
    new Set(
      cluster
        .all(Kind.VIRTUAL_SERVICE)
        .flatMap(each =>
          destinationsOf(each).map(
            ({ host, subset }) => `${fullHost(host, each.namespace, cluster.clusterDomain)} ${subset}`,
          ),
        ),
    ),
);

/** Labels that Istio adds to endpoints by location. */
const ADDED = /^topology\.(kubernetes|istio)\.io\/|^kubernetes\.io\/hostname$|^security\.istio\.io\/tlsMode$/;
