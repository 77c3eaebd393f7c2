import { ApiObject, type ApiObjectMetadata, type ApiObjectProps } from 'cdk8s';
import { Namespace } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import {
  type ChartRelease,
  helmTemplate,
  renderChartApplications,
  renderChartReleases,
  requireExactVersion,
} from '../../kubernetes';
import { chartsOf, LINKERD_CHARTS, type LinkerdChart } from './charts';
import type { LinkerdSettings } from './settings';

/** Which of Linkerd's charts are installed. */
export interface LinkerdChartsProps {
  /** The exact version of Linkerd's charts, such as `2026.9.1`: that of an edge release, as all current ones are. */
  readonly version: string;
  /**
   * The chart repository.
   * @default https://helm.linkerd.io/edge
   */
  readonly repository?: string;
  /**
   * Replicas of each part of the control plane. With more than one, disruption budgets and anti-affinity are set, and
   * pods are not created while no injector responds.
   * @default 3
   */
  readonly replicas?: number;
}

/** Settings of an installation of Linkerd by helm. */
export interface LinkerdHelmProps extends LinkerdChartsProps {
  /**
   * Folders or `oci://` addresses of charts, by the name of the chart, in place of those of the repository.
   * @default - none
   */
  readonly charts?: { readonly [chart: string]: string };
  /**
   * The helm executable.
   * @default helm
   */
  readonly executable?: string;
}

/** Settings of an installation of Linkerd by Argo CD. */
export interface LinkerdArgoCdProps extends LinkerdChartsProps {
  /**
   * The namespace of Argo CD.
   * @default argocd
   */
  readonly namespace?: string;
  /**
   * The project of the Applications.
   * @default default
   */
  readonly project?: string;
  /**
   * The API server of the cluster that Linkerd is installed in.
   * @default https://kubernetes.default.svc, that of Argo CD itself
   */
  readonly server?: string;
  /**
   * The labels of the clusters, as Argo CD has them on its Secrets: each chart is installed in all of these by an
   * ApplicationSet. The waves order the ApplicationSets alone; in each cluster Argo CD repeats what fails before its CRDs
   * exist.
   * @default - one cluster, that of `server`
   * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/
   */
  readonly clusterLabels?: { readonly [label: string]: string };
}

/** Settings of an installation of Linkerd by Flux. */
export interface LinkerdFluxProps extends LinkerdChartsProps {
  /**
   * The namespace of Flux.
   * @default flux-system
   */
  readonly namespace?: string;
}

/** How Linkerd is installed: by its charts. */
export class LinkerdInstall {
  /**
   * Linkerd's charts, rendered by helm at synthesis as objects of the app.
   * @see https://linkerd.io/2/tasks/install-helm/
   */
  static helm(props: LinkerdHelmProps): LinkerdInstall {
    return new LinkerdInstall((scope, settings) => {
      requireExactVersion('LinkerdInstall.helm', "Linkerd's", props.version, EXAMPLE);
      const releases = chartsOf(settings, props.replicas ?? REPLICAS);
      for (const name of new Set(releases.map(each => each.namespace))) {
        new Namespace(scope, `namespace-${name}`, { metadata: { name, ...metadataOf(name) } });
      }
      releases.forEach(each => include(new Construct(scope, each.chart), props, each));
    });
  }

  /**
   * An Application of Argo CD for each of Linkerd's charts, with sync waves in the order that they need.
   * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
   */
  static argoCd(props: LinkerdArgoCdProps): LinkerdInstall {
    return new LinkerdInstall((scope, settings) => {
      const [releases, source] = pinned('LinkerdInstall.argoCd', settings, props, props.namespace ?? 'argocd');
      renderChartApplications(scope, 'LinkerdInstall.argoCd', releases, source, props);
    });
  }

  /**
   * A HelmRelease of Flux for each of Linkerd's charts, each depending on the one before it.
   * @see https://fluxcd.io/flux/components/helm/helmreleases/
   */
  static flux(props: LinkerdFluxProps): LinkerdInstall {
    return new LinkerdInstall((scope, settings) => {
      const [releases, source] = pinned('LinkerdInstall.flux', settings, props, props.namespace ?? 'flux-system');
      renderChartReleases(scope, 'linkerd', releases, source);
    });
  }

  private constructor(
    /**
     * Adds the installation to the chart.
     * @internal
     */
    readonly _render: (scope: Construct, settings: LinkerdSettings) => void,
  ) {}
}

/** Three replicas, as in the values for high availability. */
const REPLICAS = 3;
const EXAMPLE = '2026.9.1';

function pinned(engine: string, settings: LinkerdSettings, props: LinkerdChartsProps, namespace: string) {
  const { version, repository = LINKERD_CHARTS, replicas = REPLICAS } = props;
  requireExactVersion(engine, "Linkerd's", version, EXAMPLE);
  return [chartsOf(settings, replicas), { repository, version, namespace }] as const;
}

/**
 * The webhooks do not apply to the control plane itself, which they need.
 * @see https://github.com/linkerd/linkerd2/blob/main/charts/linkerd-control-plane/templates/namespace.yaml
 */
function metadataOf(namespace: string): ApiObjectMetadata {
  return namespace === 'linkerd-cni'
    ? { labels: { 'linkerd.io/cni-resource': 'true', 'config.linkerd.io/admission-webhooks': 'disabled' } }
    : {
        labels: {
          'linkerd.io/is-control-plane': 'true',
          'linkerd.io/control-plane-ns': namespace,
          'config.linkerd.io/admission-webhooks': 'disabled',
        },
        annotations: { 'linkerd.io/inject': 'disabled' },
      };
}

function include(
  scope: Construct,
  { version, repository, charts = {}, executable = 'helm' }: LinkerdHelmProps,
  { release, chart, namespace, values }: ChartRelease & { chart: LinkerdChart },
): void {
  const own = charts[chart];
  const objects = helmTemplate({
    chart: own ?? chart,
    version,
    repository: own === undefined ? (repository ?? LINKERD_CHARTS) : undefined,
    release,
    namespace,
    values,
    helm: executable,
  });
  objects.forEach((object, index) => new ApiObject(scope, `${index}`, object as unknown as ApiObjectProps));
}
