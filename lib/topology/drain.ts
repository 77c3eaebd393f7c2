/**
 * The times, in seconds, in which a pod of a gateway ends whose load balancer has the addresses of pods as targets: the
 * load balancer learns of the deletion later than Kubernetes, and keeps open connections for the deregistration delay.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#deregistration-delay
 */
export const DRAIN = {
  /** The deregistration delay of the target group. */
  deregistration: 60,
  /** How long the pod accepts connections and requests as before. */
  serving: 90,
  /** How long the pod then closes its connections after their current requests: longer than any of these. */
  closing: 30,
  /** `terminationGracePeriodSeconds`: all of the above and some more. */
  grace: 130,
} as const;
