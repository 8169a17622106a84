import type { StoredOverlap } from '@patchbay/contracts';

export interface FoundOverlap {
  readonly value: StoredOverlap;
  readonly revision: number;
}

/** Replaced credentials that are kept. Every method throws PatchbayError `vault_unavailable`. */
export interface OverlapStore {
  get(tenant: string, connection: string): Promise<FoundOverlap | null>;
  put(overlap: StoredOverlap): Promise<void>;
  /** Does nothing when it changed since `revision`. */
  delete(overlap: StoredOverlap, revision: number): Promise<void>;
  /** `onDamaged` gets the key of what is no overlap of that connection, and the error that reading it gives. */
  follow(
    onOverlap: (key: string, found: FoundOverlap) => void,
    onGone: (key: string) => void,
    onDamaged: (key: string, error: unknown) => void,
  ): Promise<{ unsubscribe(): void }>;
}
