import type {
  DestroySubjectResult,
  EraseHeldResult,
  FindSubjectResult,
  HeldRecord,
  SealedPersonal,
  SubjectToken,
} from '@patchbay/contracts';

/** What the vault says of persons, and does. Every method throws what the vault answers. */
export interface SubjectVault {
  find(tenant: string, subject: string): Promise<FindSubjectResult>;
  /** 32 bytes, which the caller wipes; null: there is no key, or no more. */
  dataKey(tenant: string, subject: SubjectToken): Promise<{ readonly id: string; readonly key: Buffer } | null>;
  destroy(tenant: string, subject: SubjectToken): Promise<DestroySubjectResult>;
}

/** What executors keep of a person. `subject` is in its counted form. */
export interface HeldElsewhere {
  list(tenant: string, subject: string, executions: readonly string[]): Promise<readonly HeldRecord[]>;
  erase(tenant: string, subject: string, executions: readonly string[]): Promise<EraseHeldResult['erased']>;
}

/** What is kept of a person of what vendors sent: all parts of it. `subject` is in its counted form. */
export interface HeldWebhooks {
  list(tenant: string, subject: string): Promise<readonly HeldRecord[]>;
  erase(tenant: string, subject: string): Promise<EraseHeldResult['erased']>;
}

/** A ciphertext, and what opens it. */
export interface StoredBlob {
  readonly event_id: string;
  readonly subject: SealedPersonal['subject'];
  readonly key: string;
  readonly bytes: Buffer;
}

/** Every method throws PatchbayError `audit_unavailable` when the store is away. */
export interface BlobStore {
  read(tenant: string, eventIds: readonly string[]): Promise<readonly StoredBlob[]>;
  /** @returns how many there were. */
  remove(tenant: string, tokens: readonly string[]): Promise<number>;
  /** Events that bear one of the tokens. */
  countEvents(tenant: string, tokens: readonly string[]): Promise<number>;
  /** Ids of executions of theirs since then, newest first. */
  executionsOf(tenant: string, tokens: readonly string[], sinceMs: number, limit: number): Promise<readonly string[]>;
}

/** Milliseconds back in which something may be kept under an execution's id: as long as results are, and a day. */
export const heldMs = 9 * 86_400_000;
/** Executions of a person that are looked for. */
export const mostExecutions = 50_000;
