import type { Approval, CallCounts } from '@patchbay/contracts';
import type { PolicySet } from '@patchbay/policy';

/** The policies of each tenant, from a local copy that is always fresh. */
export interface FindPolicies {
  /** Null: only what is built in. @throws PatchbayError `policy_unavailable` when a document in force cannot be read. */
  of(tenant: string): PolicySet | null;
  /** What would be in force with another text of a document; null: without it. @throws PatchbayError `invalid_request`. */
  draft(tenant: string, name: string, text: string | null): PolicySet;
}

/** Whose calls are counted. */
export interface CountedCall {
  readonly tenant: string;
  readonly session: string;
  readonly agent: string;
  readonly tool: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Calls that were let through. Each method @throws PatchbayError `policy_unavailable` when nobody can say. */
export interface CountCalls {
  /** Counts the call, and says how many there were before it. */
  take(call: CountedCall): Promise<CallCounts>;
  /** Uncounts a call that was not let through after all. */
  giveBack(call: CountedCall): Promise<void>;
  look(call: CountedCall): Promise<CallCounts>;
}

/** Tokens that were used. */
export interface UseConfirmations {
  /**
   * Whether the token may be used for this: for the first time, or again for the same idempotency key.
   * @throws PatchbayError `policy_unavailable`.
   */
  use(tenant: string, token: string, idempotencyKey: string | null): Promise<boolean>;
}

/** An approval as it is kept. */
export interface KeptApproval extends Approval {
  /** The call that it is about. */
  readonly call: string;
  /** The idempotency key of the call that passed by it. */
  readonly used_key: string | null;
}

/** Calls that wait for a person. Each method @throws PatchbayError `policy_unavailable`. */
export interface KeepApprovals {
  /** The newest about the call. */
  ofCall(tenant: string, call: string): Promise<{ approval: KeptApproval; revision: number } | null>;
  /** False when another was made for the same call meanwhile. */
  create(approval: KeptApproval, replaces: KeptApproval | null): Promise<boolean>;
  read(tenant: string, id: string): Promise<{ approval: KeptApproval; revision: number } | null>;
  /** False when another was first. */
  update(approval: KeptApproval, revision: number): Promise<boolean>;
  list(tenant: string): Promise<KeptApproval[]>;
}

export interface AnnounceApproval {
  told(what: 'requested' | 'decided', approval: Approval): void;
}

export interface RecordApproval {
  record(what: 'requested' | 'decided' | 'used', approval: Approval): void;
}
