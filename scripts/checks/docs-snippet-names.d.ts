/** What snippets in documents take from their reader's program: scripts/checks/docs-snippets.mjs typechecks them with these. */

/** Connected. */
declare const agent: import('@patchbay/sdk').Agent;
/** An API key. */
declare const apiKey: string;
declare const key: string;
/** Of a call that a model asked for. */
declare const args: Record<string, unknown>;
declare const idempotencyKey: string;
/** A model's answer, and what was said before it. */
declare const message: Parameters<import('@patchbay/sdk').Agent['runToolUse']>[0] & { readonly content: unknown };
declare const messages: unknown[];

/** The reader's own functions. */
declare function ask(question: string): Promise<boolean>;
declare function audit(refusal: unknown): void;
declare function say(text: unknown): void;
declare function show(state: string): void;
declare function add(event: unknown): void;
declare function reload(since: unknown): void;
