import type { ExecuteRequest, PrivacyFinding } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { CompiledPrivacyPolicy } from '@patchbay/privacy-policy';
import type { ExecuteCall } from '../execution-run.ts';

/** The privacy policy of each tenant, from a local copy that is always fresh. */
export interface FindPrivacyPolicy {
  /** Null: the tenant has none. `unusable`: it has one that cannot be read. */
  of(tenant: string): CompiledPrivacyPolicy | 'unusable' | null;
}

/** Tokens in the place of personal values, under a key of the tenant's that can be destroyed. */
export interface TokenisePersonal {
  /** Gets the key where it is not at hand. Never rejects; without a key `token` says only what was there. */
  prepare(tenant: string): Promise<void>;
  /** `what`: an entity or a mark. Without the key: `[email]`. */
  token(tenant: string, value: string, what: string): string;
}

/** A call on its way, as far as it is known when its arguments are looked at. */
export interface GuardedCall {
  readonly executionId: string;
  readonly request: ExecuteRequest;
  readonly call: ExecuteCall;
  readonly prepared: PreparedTool;
}

export interface RecordPersonal {
  /** Something personal was found in a call and acted on. The findings hold no values. */
  found(
    call: GuardedCall,
    direction: 'arguments' | 'results',
    findings: readonly PrivacyFinding[],
    blocked: boolean,
  ): void;
}
