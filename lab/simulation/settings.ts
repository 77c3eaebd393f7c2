/** The seed of what is generated. */
export const SEED = Number(process.env.CARDINAL_LAB_SEED ?? 20261123);
/** The first configuration, to reproduce a disagreement. */
export const FIRST = Number(process.env.CARDINAL_LAB_FIRST ?? 0);
/** The number of reduction steps. */
export const SHRINKING = Number(process.env.CARDINAL_LAB_SHRINKING ?? 60);
/** The number of differing configurations to search for; the first is shrunk. */
export const ENOUGH = Number(process.env.CARDINAL_LAB_DISAGREEMENTS ?? 1);

/** The number of configurations. */
export function configurations(usual: number): number {
  return Number(process.env.CARDINAL_LAB_CONFIGURATIONS ?? usual);
}
