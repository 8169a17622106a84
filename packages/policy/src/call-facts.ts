import type { CallCounts, ExecutionContext } from '@patchbay/contracts';

/** The tool that is called, as far as policies know it. */
export interface ToolFacts {
  readonly name: string;
  readonly integration: string;
  readonly version: string;
  readonly risk: 'read' | 'write' | 'destructive';
  readonly confirm: 'never' | 'policy' | 'always';
  /** The document's own question; `{argument}` stands for a value. */
  readonly confirmPrompt: string | null;
}

/** All that a decision goes by. */
export interface CallFacts {
  readonly tool: ToolFacts;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly context: ExecutionContext;
  /** The connection's id; null for a tool that needs none. */
  readonly connection: string | null;
  readonly dryRun: boolean;
  /** Unix milliseconds. */
  readonly now: number;
  /** Null when nobody counted. */
  readonly counts: CallCounts | null;
}
