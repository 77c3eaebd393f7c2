import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import { durationOf, render, type Rendering, type SpecOf } from '../kubernetes';
import type { HashKey, LoadBalancing, LocalityLoadBalancing, Warmup } from '../topology';

type LoadBalancer = NonNullable<NonNullable<SpecOf<IDestinationRule>['trafficPolicy']>['loadBalancer']>;
type Locality = NonNullable<LoadBalancer['localityLbSetting']>;
type ConsistentHash = NonNullable<LoadBalancer['consistentHash']>;

/** Load balancing settings, as a DestinationRule has them. */
export function loadBalancerOf(declared: LoadBalancing | undefined): LoadBalancer | undefined {
  return declared && (render(LOAD_BALANCING, declared) as LoadBalancer);
}

const WARMUP = {
  duration: ({ duration }) => ({ duration: durationOf(duration) }),
  minimumPercent: ({ minimumPercent }) => ({ minimumPercent }),
  aggression: ({ aggression }) => ({ aggression }),
} satisfies Rendering<Warmup, NonNullable<LoadBalancer['warmup']>>;

const LOCALITY = {
  enabled: ({ enabled }) => ({ enabled }),
  failover: ({ failover }) => ({ failover: failover?.map(({ from, to }) => ({ from, to })) }),
  failoverPriority: ({ failoverPriority }) => ({ failoverPriority: failoverPriority && [...failoverPriority] }),
  distribute: ({ distribute }) => ({ distribute: distribute?.map(({ from, to }) => ({ from, to: { ...to } })) }),
} satisfies Rendering<LocalityLoadBalancing, Locality>;

const LOAD_BALANCING = {
  algorithm: ({ algorithm }) => ({ simple: algorithm }),
  consistentHash: ({ consistentHash }) => ({ consistentHash: consistentHash && hashOf(consistentHash) }),
  warmup: ({ warmup }) => ({ warmup: warmup && (render(WARMUP, warmup) as Required<LoadBalancer>['warmup']) }),
  locality: ({ locality }) => ({ localityLbSetting: locality && render(LOCALITY, locality) }),
} satisfies Rendering<LoadBalancing, LoadBalancer>;

function hashOf({ kind, name, ttl, path }: HashKey): ConsistentHash {
  switch (kind) {
    case 'header':
      return { httpHeaderName: name };
    case 'cookie':
      return { httpCookie: { name, path, ttl: durationOf(ttl) } } as ConsistentHash;
    case 'query parameter':
      return { httpQueryParameterName: name };
    default:
      return { useSourceIp: true };
  }
}
