import { no, tasksOf } from './task';

const MISSING = 'a target for ambient mode';

export const AMBIENT = tasksOf(
  'Istio: ambient mode',
  [
    'Add workloads to the mesh',
    'Verify mutual TLS',
    'Layer 4 policies',
    'Waypoint proxies',
    'Layer 7 features',
    'NetworkPolicy with ambient mode',
    'Extend waypoints with Wasm',
    'Extend waypoints with Lua',
    'Egress gateway',
    'Traffic distribution',
    'Migrate from sidecars',
    'Multicluster',
  ].map(task => no(task, MISSING)),
);
