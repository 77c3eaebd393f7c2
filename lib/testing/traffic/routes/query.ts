/** The value of a parameter of a query, as it is written there; undefined if it is missing. */
export function queryParameter(query: string, name: string): string | undefined {
  const found = query.split('&').map(each => each.split('=')).find(([key]) => key === name);
  return found && found.slice(1).join('=');
}
