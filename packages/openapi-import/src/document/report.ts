import type { LeftOut } from '../operation/candidate.ts';
import type { SecurityAlternative } from './draft-auth.ts';

/** What became of one operation. */
export interface OperationReport {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** The tool's key; `null` when it was not drafted. */
  readonly tool: string | null;
  /** Why it was not drafted. */
  readonly problem: string | null;
  readonly left_out: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** What a person should know before using the draft. */
export interface ImportReport {
  readonly title: string;
  readonly operations: readonly OperationReport[];
  readonly security: readonly SecurityAlternative[];
  readonly notes: readonly string[];
  /** Names of credentials that stood in a collection or a command and were dropped; never their values. */
  readonly dropped_credentials: readonly string[];
  /** Warnings of the linter about the draft; it has no errors. */
  readonly warnings: readonly { readonly path: string; readonly rule: string; readonly message: string }[];
}
