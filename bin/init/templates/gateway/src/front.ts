/** Clients connect to the gateway in the cluster: no `front` is declared. */
export const frontProps = {};
