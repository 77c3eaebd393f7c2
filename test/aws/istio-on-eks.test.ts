import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Cluster, KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Tracing } from '../../lib';
import { IstioOnEks } from '../../lib/aws';

function template(revision?: string, ambient?: boolean): Template {
  const stack = new Stack(new App(), 'Test');
  const kubectlLayer = LayerVersion.fromLayerVersionArn(
    stack,
    'Kubectl',
    'arn:aws:lambda:eu-west-1:123456789012:layer:kubectl:1',
  );
  const cluster = new Cluster(stack, 'Cluster', {
    version: KubernetesVersion.V1_36,
    kubectlProviderOptions: { kubectlLayer },
  });
  const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });
  new IstioOnEks(stack, 'Istio', { cluster, version: '1.30.0', revision, ambient, tracing, trustDomain: 'shop' });
  return Template.fromStack(stack);
}

test('the charts come in the given version, with the settings that topologies rely on', () => {
  const charts = Object.values(template().findResources('Custom::AWSCDK-EKS-HelmChart')) as {
    Properties: { Chart: string; Version: string; Release: string; Namespace: string; Values: string };
  }[];

  expect(
    charts.map(({ Properties: { Chart, Version, Release, Namespace } }) => [Chart, Version, Release, Namespace]),
  ).toEqual([
    ['base', '1.30.0', 'istio-base', 'istio-system'],
    ['istiod', '1.30.0', 'istiod', 'istio-system'],
  ]);
  expect(JSON.parse(charts[1]?.Properties.Values ?? '')).toMatchObject({
    meshConfig: {
      trustDomain: 'shop',
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      defaultHttpRetryPolicy: { attempts: 0 },
      extensionProviders: [{ name: 'opentelemetry' }],
    },
  });
});

test('the definitions are there before the control plane, and a revision has a release of its own', () => {
  template('canary').hasResource('Custom::AWSCDK-EKS-HelmChart', {
    Properties: Match.objectLike({ Release: 'istiod-canary' }),
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('IstioBase')]),
  });
});

test('ambient mode has the CNI plugin and ztunnel, each after what it needs', () => {
  for (const [chart, before] of [
    ['cni', 'IstioIstiod'],
    ['ztunnel', 'IstioCni'],
  ] as const) {
    template(undefined, true).hasResource('Custom::AWSCDK-EKS-HelmChart', {
      Properties: Match.objectLike({ Chart: chart }),
      DependsOn: Match.arrayWith([Match.stringLikeRegexp(before)]),
    });
  }
});
