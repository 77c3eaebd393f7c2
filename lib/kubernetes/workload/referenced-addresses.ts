import { type ContainerProps, type Env, referencesIn } from '../../topology';

/**
 * A container beside that of the service, with the addresses of calls that its texts refer to by `$(NAME)`: Kubernetes
 * replaces variables of the same container only. What an address refers to itself comes from the service's container.
 * @param addresses the variables that the calls of the service set
 * @param env all variables of the service's container
 */
export function withReferencedAddresses<Container extends ContainerProps>(
  container: Container,
  addresses: Env,
  env: Env,
): Container {
  const { env: own = {}, command = [], args = [] } = container;
  const added = new Map<string, Env[string]>();
  const add = (text: Env[string], from: Env): void => {
    for (const name of referencesIn(text)) {
      const value = Object.hasOwn(own, name) || added.has(name) || !Object.hasOwn(from, name) ? undefined : from[name];
      if (value !== undefined) {
        added.set(name, value);
        add(value, env);
      }
    }
  };
  [...Object.values(own), ...command, ...args].forEach(text => {
    add(text, addresses);
  });
  return added.size === 0 ? container : { ...container, env: { ...Object.fromEntries(added), ...own } };
}
