import { Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

const GROUP = 'gateway.networking.k8s.io';
const BETA = ['Gateway', 'GatewayClass', 'HTTPRoute', 'ReferenceGrant'];
const STABLE = ['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute'];

/** The minimum Gateway API releases for each kind in Istio 1.31. */
const MINIMUM: Readonly<Record<string, string>> = { grpcroutes: '1.1.0', backendtlspolicies: '1.4.0', tlsroutes: '1.5.0', tcproutes: '1.6.0' };

export const unsupportedGatewayApi: Check = {
  id: 'UnsupportedGatewayApi',
  severity: Severity.ERROR,
  covers: ['IST0156'],
  summary: 'A Gateway API CRD does not serve v1beta1',
  explanation: 'Istio reads this version of Gateway, GatewayClass, HTTPRoute and ReferenceGrant; without it the objects are ignored.',
  *find(cluster) {
    for (const definition of gatewayApiDefinitions(cluster.all(Kind.CRD), BETA).filter(each => !served(each).includes('v1beta1'))) {
      yield problem(definition.spec.get('versions'), `The CRD serves ${served(definition).join(', ') || 'no version'}, and Istio requires v1beta1.`, 'Install a current release of the Gateway API.');
    }
  },
};

export const agingGatewayApi: Check = {
  id: 'AgingGatewayApi',
  severity: Severity.WARNING,
  covers: ['IST0172'],
  summary: 'A Gateway API CRD does not serve v1',
  explanation: 'A future version of Istio will read only v1 of Gateway, GatewayClass, HTTPRoute and GRPCRoute.',
  *find(cluster) {
    for (const definition of gatewayApiDefinitions(cluster.all(Kind.CRD), STABLE).filter(each => !served(each).includes('v1'))) {
      yield problem(definition.spec.get('versions'), `The CRD serves ${served(definition).join(', ') || 'no version'}, and future versions of Istio require v1.`, 'Install a current release of the Gateway API.');
    }
  },
};

export const oldGatewayApi: Check = {
  id: 'OldGatewayApi',
  severity: Severity.WARNING,
  covers: ['IST0176'],
  summary: 'A Gateway API CRD is of a release that Istio does not support',
  explanation: 'Objects of this kind are ignored. The release is in the annotation `gateway.networking.k8s.io/bundle-version`.',
  *find(cluster) {
    for (const definition of cluster.all(Kind.CRD)) {
      const needed = definition.name.endsWith(`.${GROUP}`) ? MINIMUM[definition.name.slice(0, -GROUP.length - 1)] : undefined;
      const release = definition.metadata.get('annotations', `${GROUP}/bundle-version`);
      if (needed && isOlder(release.text, needed)) {
        yield problem(release, `The CRD is of release ${release.text}, and Istio requires ${needed} or newer.`, `Install release ${needed} or newer of the Gateway API.`);
      }
    }
  },
};

function gatewayApiDefinitions(definitions: readonly Resource[], kinds: readonly string[]): Resource[] {
  return definitions.filter(each => each.spec.get('group').text === GROUP && kinds.includes(each.spec.get('names', 'kind').text));
}

function served(definition: Resource): string[] {
  return definition.spec.get('versions').items.filter(each => each.get('served').isTrue).map(each => each.get('name').text);
}

function isOlder(release: string, needed: string): boolean {
  const [numbers, least] = [release, needed].map(each => /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(each)?.slice(1).map(part => Number(part ?? 0)));
  const difference = numbers && least ? numbers.map((each, index) => each - (least[index] ?? 0)).find(each => each !== 0) : 0;
  return (difference ?? 0) < 0;
}
