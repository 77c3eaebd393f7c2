/** The properties without those that are undefined: `{ front: undefined }` then leaves out the default of a test. */
export function setValues<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}
