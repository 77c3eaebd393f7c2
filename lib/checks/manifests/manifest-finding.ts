import type { Finding } from '../finding';

/** What a finding is about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** Something that a check found in a manifest. */
export interface ManifestFinding extends Finding {
  /** The codes of `istioctl analyze` and Kiali for it. */
  readonly covers: readonly string[];
  readonly object: ObjectReference;
  /** The way to the field, e.g. `spec.http[0].timeout`; empty for the object as a whole. */
  readonly field: string;
  /** @default - the object was never in a file */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}
