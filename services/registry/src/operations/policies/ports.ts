import type { PolicyDocument } from '@patchbay/contracts';

/** The documents of policies: a local copy, and the store behind it. */
export interface KeepPolicies {
  /** In force for a scope, as if `draft` were a newest version. */
  inForce(scope: string, draft?: PolicyDocument): PolicyDocument[];
  /** A scope's own, newest first. */
  versions(scope: string, name: string): readonly PolicyDocument[];
  /**
   * False when another wrote that version first; the copy knows it then.
   * @throws PatchbayError `overloaded`: the store does not answer.
   */
  create(document: PolicyDocument): Promise<boolean>;
}
