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
  follow(
    onOverlap: (key: string, found: FoundOverlap) => void,
    onGone: (key: string) => void,
  ): Promise<{ unsubscribe(): void }>;
}
