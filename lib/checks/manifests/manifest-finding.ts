import type { Finding } from '../finding';

/** The object of a finding. */
export interface ObjectReference {
  /** The API version of the object. */
  readonly apiVersion: string;
  /** The kind of the object. */
  readonly kind: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** The name of the object. */
  readonly name: string;
}

/** A result of a check of manifests. */
export interface ManifestFinding extends Finding {
  /** The corresponding codes of `istioctl analyze` and Kiali. */
  readonly covers: readonly string[];
  /** The object that the finding is about. */
  readonly object: ObjectReference;
  /** The path of the field, e.g. `spec.http[0].timeout`; empty for the object as a whole. */
  readonly field: string;
  /** @default - the object did not come from a file */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /**
   * Whether there is no problem where something holds that the manifests do not show.
   * @default false
   * @internal
   */
  readonly isUncertain?: boolean;
}
