/** The raw value of a query parameter; undefined if it is missing. */
export function queryParameter(query: string, name: string): string | undefined {
  const found = query
    .split('&')
    .map(each => each.split('='))
    .find(([key]) => key === name);
  return found && found.slice(1).join('=');
}
