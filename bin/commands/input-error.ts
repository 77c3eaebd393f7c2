/** Input or options that cannot be used. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
