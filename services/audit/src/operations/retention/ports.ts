import type { AuditClass, LegalHold, Regime, RetentionRule } from '@patchbay/contracts';

/** The rules, as they are stored. Every method throws PatchbayError `audit_unavailable` when the store is away. */
export interface RetentionStore {
  /** The tenant's rules and those of every tenant; `tenant` null: the latter. */
  readRules(tenant: string | null): Promise<readonly RetentionRule[]>;
  /** @returns the rule that was there before, or null. */
  putRule(rule: RetentionRule): Promise<RetentionRule | null>;
  /** @returns the rule that was removed, or null when there was none. */
  removeRule(tenant: string | null, auditClass: AuditClass | null): Promise<RetentionRule | null>;
  regimeOf(tenant: string): Promise<Regime | null>;
  setRegime(tenant: string, regime: Regime | null): Promise<void>;
}

/** Legal holds, as they are stored. Throws as above. */
export interface HoldStore {
  /** When it is settled, no purge that begins a batch later touches what the hold covers, and none is under way. */
  place(hold: LegalHold): Promise<void>;
  /** Newest first. */
  list(tenant: string, released: boolean): Promise<readonly LegalHold[]>;
  /** The hold as it is then; null when the tenant has none of that id. One that was released before stays as it was. */
  release(tenant: string, id: string, at: string, reason: string): Promise<LegalHold | null>;
}

/** An event that may be past its time. */
export interface OldEvent {
  readonly eventId: string;
  readonly class: AuditClass;
  /** Unix milliseconds. */
  readonly timeMs: number;
  /** Its body is gone already, or cannot go. */
  readonly purged: boolean;
}

/** What a purge works on. Throws as above. */
export interface PurgeStore {
  /** Tenants that have events, in order. */
  tenants(): Promise<readonly string[]>;
  /** A page of events, oldest first, behind a place and before a time; a shorter one is the last. */
  readOld(page: {
    readonly tenant: string;
    readonly after: { readonly timeMs: number; readonly eventId: string };
    readonly beforeMs: number;
    readonly limit: number;
  }): Promise<readonly OldEvent[]>;
  /** Takes the bodies of those that no hold covers, in one transaction, and answers which. */
  purge(tenant: string, eventIds: readonly string[]): Promise<readonly string[]>;
  /** Which of them no hold covers. */
  unheld(tenant: string, eventIds: readonly string[]): Promise<readonly string[]>;
}
