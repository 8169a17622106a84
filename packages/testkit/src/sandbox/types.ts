import type { Credential, IntegrationDocument, Issue } from '@patchbay/contracts';

export interface SandboxOptions {
  /** Checked documents; their tools' examples are what the sandbox answers with. */
  readonly documents: readonly IntegrationDocument[];
  /** Default 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /**
   * What is accepted: any well-formed credential of the right scheme (default), or exactly these, by integration id. Where a
   * document has the credential exchanged, these are exchanged, and in both cases only tokens that the sandbox gave are good.
   */
  readonly credentials?: 'any' | Readonly<Record<string, Credential>>;
  /** Keep what arrived for `requests()`. Default true; benches turn it off. Checks and violations stay on. */
  readonly record?: boolean;
  /** Makes the first `id` found in the answer of each new side effect unlike any before. Default false. */
  readonly uniqueIds?: boolean;
  /** How many requests and effects are kept; the oldest go first. Default 10,000. */
  readonly maxRecords?: number;
}

/** What breaks a rule that must hold whatever a document says. Each is expected never to happen. */
export type ViolationKind =
  /** A credential reached a host that is not among its integration's `auth.hosts`. */
  | 'credential_leak'
  /** Another integration's credential was shown (only with exact `credentials`). */
  | 'foreign_credential'
  /** A credential went along with a call that takes none: `auth: false`, or an integration without auth. */
  | 'unexpected_credential'
  /** The credential's value stands in the path, the query or the body, where its scheme does not put it. */
  | 'credential_outside_scheme'
  | 'unexpected_secret_header'
  | 'unexpected_cookie'
  | 'repeated_header'
  | 'absolute_target'
  | 'path_traversal';

export interface Violation {
  readonly kind: ViolationKind;
  readonly host: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** Names only, never values. */
  readonly detail: string;
  readonly at: string;
}

export interface RecordedRequest {
  /** Counts from 1 since the start or the last `reset`. */
  readonly number: number;
  /** RFC 3339. */
  readonly at: string;
  /** Callable name; null when no tool's request matched, as with one that asks for a token. */
  readonly tool: string | null;
  readonly integration: string | null;
  readonly version: string | null;
  readonly step: string | null;
  readonly method: string;
  readonly host: string;
  /** Without its query. */
  readonly path: string;
  /** Decoded from the wire, by parameter name. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** `aborted`: the body never came to its end. */
  readonly verdict: 'accepted' | 'refused' | 'aborted';
  /** The status of the sandbox's own verdict; a behaviour may have answered otherwise. */
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly violations: readonly ViolationKind[];
  /** Kinds of the behaviours that were applied. */
  readonly behaviours: readonly string[];
  /** The key the upstream was given, where the tool takes one. */
  readonly idempotencyKey: string | null;
  /** True when an earlier answer was given again for its idempotency key. */
  readonly replayed: boolean;
  /** The scheme and the first 16 hexadecimal digits of the credential's SHA-256; never the value. */
  readonly credential: { readonly scheme: string; readonly sha256: string } | null;
  readonly traceparent: string | null;
}

/** A side effect: a call of a tool that is not a read was accepted. */
export interface Effect {
  readonly number: number;
  readonly at: string;
  readonly integration: string;
  readonly tool: string;
  readonly step: string | null;
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** SHA-256 of tool, step and canonical arguments: two effects with the same are the same thing done twice. */
  readonly fingerprint: string;
  readonly idempotencyKey: string | null;
  readonly idempotency: 'none' | 'natural' | 'header' | 'field' | 'query';
}

/** What a `stream` behaviour could write to one peer. */
export interface StreamRecord {
  readonly tool: string;
  readonly chunks: number;
  readonly bytes: number;
  /** False once the answer ended or its connection did. */
  readonly open: boolean;
}

/** A webhook that was registered and not removed since. */
export interface RegisteredWebhook {
  readonly integration: string;
  readonly id: string;
  readonly url: string;
  /** Made here, or given by whoever registered it. */
  readonly secret: string | null;
  /** As they stood in the request. */
  readonly events: unknown;
}

export interface RecordFilter {
  readonly tool?: string;
  readonly step?: string;
  readonly integration?: string;
  readonly verdict?: RecordedRequest['verdict'];
}

export type Lie = 'html' | 'broken_json' | 'wrong_charset' | 'bomb' | 'huge' | 'content_length';

export type Behaviour =
  /** Waits `ms` and up to `jitterMs` more, then goes on with the next rule that matches. */
  | { readonly kind: 'delay'; readonly ms: number; readonly jitterMs?: number }
  /** Answers with this. A 2xx counts as a side effect, anything else does not. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Answers 429. `retryAfter` is the header's text, sense or nonsense; omitted: no header. */
  | { readonly kind: 'rate_limit'; readonly retryAfter?: string }
  /** Resets the connection before the body is read, or after the effect but before the answer; or ends it within the answer's body. */
  | { readonly kind: 'drop'; readonly at: 'connect' | 'before_response' | 'mid_body' }
  /** Takes the request, has its effect, and never answers. */
  | { readonly kind: 'hang' }
  /** The right answer, slowly. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  /**
   * A chunked 200 made of `chunks`, by default the items of the tool's example, `everyMs` apart and `repeat` times over;
   * `end: 'cut'` ends the connection after the last, without the end of the answer. What it could write is in `streams()`.
   */
  | {
      readonly kind: 'stream';
      readonly chunks?: readonly string[];
      readonly repeat?: number | 'endless';
      readonly contentType?: string;
      readonly everyMs?: number;
      readonly end?: 'finish' | 'cut' | 'open';
    }
  /** A 200 that is not what it says. */
  | { readonly kind: 'lie'; readonly as: Lie };

/** Applies `do` to accepted requests that match. Without `tool`, `integration` and `step` it applies to all. */
export interface BehaviourRule {
  readonly tool?: string;
  readonly integration?: string;
  readonly step?: string;
  /** Argument values that must be equal. Not for `drop` at `connect`: the arguments are not read then. */
  readonly when?: Readonly<Record<string, unknown>>;
  /** Matching requests let through first. Default 0. */
  readonly after?: number;
  /** Requests it then applies to. Default: all. */
  readonly times?: number;
  /** Whether the side effect happens, where the kind's own rule does not fit. */
  readonly effect?: boolean;
  readonly do: Behaviour;
}

export interface Sandbox {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** To be sent as `x-sandbox-token` with requests under `/_sandbox/`. */
  readonly controlToken: string;
  /** Adds a document, or replaces the same version of it. */
  addDocument(document: IntegrationDocument): void;
  /** Adds a rule; the first that matches is applied. Returns its removal. */
  behave(rule: BehaviourRule): () => void;
  /** Forgets rules, records, effects, violations, webhooks and idempotency keys, and lets hanging requests go. Documents stay. */
  reset(): void;
  requests(filter?: RecordFilter): RecordedRequest[];
  effects(filter?: RecordFilter): Effect[];
  violations(kind?: ViolationKind): Violation[];
  streams(): StreamRecord[];
  webhooks(): readonly RegisteredWebhook[];
  /** Totals since the start or the last `reset`; kept even when `record` is off. */
  counts(): { requests: number; accepted: number; refused: number; effects: number; violations: number };
  close(): Promise<void>;
}
