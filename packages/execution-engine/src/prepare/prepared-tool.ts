import type { IntegrationDocument, Issue, RateLimits, Retry, Tool } from '@patchbay/contracts';
import type { AuthPlan } from '../auth/auth-plan.ts';
import type { RequestSigner } from '../auth/aws-signature.ts';
import type { ExchangePlan } from '../auth/exchange-plan.ts';
import type { FilePlan } from '../files/file-plan.ts';
import type { StepPlan } from '../request/step-plan.ts';
import type { Projection } from '../response/projection.ts';
import type { PaginationPlan } from './compile-pagination.ts';
import type { ProbePlan } from './compile-probe.ts';

/** How the answers of a read may be shared between executions. */
export interface CachePlan {
  /** Milliseconds that an answer serves; 0: only while the call is under way. */
  readonly ttlMs: number;
  readonly singleFlight: boolean;
  /** What the caller says of itself goes to the upstream, so the answer is for that caller alone. */
  readonly perCaller: boolean;
}

/** A tool version with everything compiled that does not vary between executions. Immutable; share it freely. */
export interface PreparedTool {
  readonly name: string;
  readonly version: string;
  readonly integration: string;
  readonly risk: 'read' | 'write' | 'destructive';
  /** JSON Schema 2020-12 of the arguments as a model sees it: no hidden parameters, `additionalProperties: false`. */
  readonly inputSchema: Record<string, unknown>;
  /** Whether an execution needs a connection: for its credential, or for variables without a default. */
  readonly needsConnection: boolean;
  /** The only hosts the credential may travel to, as the document gives them; may hold `{variables}` and `*.` */
  readonly hosts: readonly string[];
  /** Longest time of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** The integration's own limits, shared by its tools. */
  readonly rateLimits: RateLimits | null;
  readonly toolRateLimits: RateLimits | null;
  /** Whether an execution that got no answer may be repeated: always, with the same idempotency key, or never. */
  readonly retrySafe: 'always' | 'keyed' | 'never';
  /** How to find out what became of a call whose outcome is unknown, if the document says so. */
  readonly probe: ProbePlan | null;
  /** Whether the answer comes in items that can be delivered one by one. */
  readonly streams: boolean;
  /** Whether its document marks any argument or output as health information. */
  readonly handlesHealth: boolean;
  readonly document: IntegrationDocument;
  readonly tool: Tool;
  /** What is wrong with the arguments; empty when nothing is. Never throws, never changes them. */
  validateArguments(args: Record<string, unknown>): readonly Issue[];
  /** `hosts` for a connection's variables. Throws as a build does. */
  hostsFor(variables: Record<string, string>): readonly string[];
  /** The base URL for a connection's variables, for warming sockets up. Throws as a build does. */
  baseUrlFor(variables: Record<string, string>): string;
  /** The base URLs of all its calls, each once. Throws as a build does. */
  baseUrlsFor(variables: Record<string, string>): ReadonlySet<string>;

  /** How its answers may be shared; left out where they may not. */
  readonly cache?: CachePlan;
  /** Whether any tool of the document shares answers, so that a write here makes some stale. */
  readonly sharesReads?: boolean;

  /** The rest is for the engine. */
  readonly retry: Retry;
  /** Whether a second request may follow a slow first one. Only ever of reads. */
  readonly hedge: boolean;
  readonly auth: AuthPlan | null;
  /** Signs what leaves, where the credential is shown as a signature. */
  readonly sign: RequestSigner | null;
  /** How the credential becomes the token that `auth` shows. */
  readonly exchange: ExchangePlan | null;
  /** Arguments that carry files; empty for most tools. */
  readonly files: readonly FilePlan[];
  readonly pagination: PaginationPlan | null;
  /** JSONata. */
  readonly transform: string | null;
  /** At least one; the answer of the last is the output. */
  readonly steps: readonly [StepPlan, ...StepPlan[]];
  readonly projection: Projection | null;
  /** How many times the body's size the projection can give at most. */
  readonly projectionGrowth: number;
  /** Whether the projection reads the answers of earlier steps, under `steps`. */
  readonly projectsSteps: boolean;
  readonly maxItems: number | undefined;
  readonly maxBytes: number;
}
