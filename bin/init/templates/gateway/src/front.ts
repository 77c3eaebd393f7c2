/** Clients connect to the gateway in the cluster: nothing is in front of it. */
export const front = undefined;
