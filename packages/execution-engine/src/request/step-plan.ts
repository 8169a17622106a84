import type { Effect } from '../attempts/verdict.ts';
import type { DataPath } from '../paths/data-path.ts';
import type { McpPlan } from '../prepare/compile-mcp.ts';
import type { RulePlan } from '../response/error-rule.ts';
import type { StreamPlan } from '../streaming/stream-plan.ts';
import type { BaseUrl } from './base-url.ts';
import type { PairField } from './form-pairs.ts';
import type { HeaderField, HeaderPlan } from './headers.ts';
import type { HostList } from './hosts.ts';
import type { JsonField } from './json-body.ts';
import type { MultipartField } from './multipart-body.ts';
import type { PathPlan } from './path.ts';

/** How a body is made. */
export type BodyPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly fields: readonly JsonField[]; readonly root: MultipartField | null }
  | {
      readonly kind: 'graphql';
      /** The body's text up to the variables. */
      readonly head: string;
      readonly fields: readonly JsonField[];
      readonly root: MultipartField | null;
    }
  | { readonly kind: 'form'; readonly fields: readonly PairField[] }
  | { readonly kind: 'multipart'; readonly fields: readonly MultipartField[] }
  | { readonly kind: 'raw'; readonly root: MultipartField | null };

/** One HTTP call of a tool with everything settled that does not vary between executions. */
export interface StepPlan {
  /** Empty for a tool of one request. */
  readonly id: string;
  readonly method: string;
  readonly base: BaseUrl;
  /** Takes the whole URL from an earlier step instead of base and path. */
  readonly urlFrom: { readonly step: string; readonly path: DataPath; readonly text: string } | null;
  readonly hosts: HostList;
  readonly path: PathPlan;
  /** The path as the document has it, for whoever watches attempts. */
  readonly urlTemplate: string;
  /** Percent-encoded pairs. */
  readonly fixedQuery: string;
  readonly query: readonly PairField[];
  readonly headers: HeaderPlan;
  readonly cookies: readonly HeaderField[];
  readonly body: BodyPlan;
  /** Most bytes (for text, characters) of a body. */
  readonly maxBodyBytes: number;
  readonly sendsCredential: boolean;
  readonly rules: readonly RulePlan[];
  /** How the answer is read item by item; `null`: it comes whole. */
  readonly stream: StreamPlan | null;
  /** The request is a call of a tool at an MCP server; `null`: it is what it says. */
  readonly mcp: McpPlan | null;
  /** What a repeat does when the execution has an idempotency key, and when it has none. */
  readonly effectWithKey: Effect;
  readonly effectWithoutKey: Effect;
}
