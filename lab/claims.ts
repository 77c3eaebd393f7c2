import type { Lab } from './lab';

/** A statement about the library's behaviour, verified on a real mesh. */
export interface Claim {
  readonly name: string;
  readonly prove: (lab: Lab) => Promise<void>;
}

/** Whether the longer claims and samples run too. */
export const NIGHTLY = process.env.CARDINAL_NIGHTLY === '1';

const claims: Claim[] = [];

/** States a claim; it fails by throwing. */
export function claim(name: string, prove: (lab: Lab) => Promise<void>): void {
  claims.push({ name, prove });
}

export function allClaims(): readonly Claim[] {
  return claims;
}
