/** The steps of a plan, in order, with what each is for and what to wait for. */
export const STAGES = {
  types: {
    title: 'Namespaces and types',
    wait: 'each CustomResourceDefinition has the condition Established',
  },
  configuration: {
    title: 'Identities, configuration and gateways',
    wait: 'each Gateway, waypoints too, has the condition Programmed',
  },
  grants: {
    title: 'Grants, ports and subsets: what is permitted before or after is permitted',
    wait: 'all proxies have the configuration: istioctl proxy-status',
  },
  callees: {
    title: 'New workloads, and those with new ports',
    wait: 'each rollout is complete: kubectl rollout status',
  },
  workloads: {
    title: 'Other workloads',
    wait: 'each rollout is complete: kubectl rollout status',
  },
  labels: {
    title: 'Labels of namespaces, with the workloads whose proxies they change',
    wait: 'the Pods are restarted where labels change their proxies: kubectl rollout restart',
  },
  routes: {
    title: 'Routes',
    wait: 'all proxies have the configuration: istioctl proxy-status',
  },
  narrow: {
    title: 'What is no longer permitted: calls, subsets, ports, plain text',
    wait: 'all proxies have the configuration: istioctl proxy-status',
  },
  retire: {
    title: 'Workloads and Services that are no longer used',
    wait: 'their Pods are gone',
  },
  rest: {
    title: 'Policies and configuration of what is gone',
    wait: 'the objects are gone',
  },
  last: {
    title: 'Namespaces and types that are no longer used',
    wait: 'the objects are gone',
  },
} as const;

export type Stage = keyof typeof STAGES;
