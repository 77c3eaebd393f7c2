/** An error that waiting cannot resolve. */
export class Hopeless extends Error {}

/**
 * Waits for a condition: the first value of `look` that is neither undefined nor false. An error of `look` means "not
 * yet", except a {@link Hopeless}. The timeout only stops a broken lab; no claim waits for it to pass.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 90,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) {
        return value;
      }
    } catch (error) {
      if (error instanceof Hopeless) {
        throw error;
      }
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`timed out waiting until ${what}${last instanceof Error ? `: ${last.message}` : ''}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
