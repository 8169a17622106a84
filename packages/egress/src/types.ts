import type { Reason } from './reasons.ts';
import type { TenantRules } from './tenant-rules.ts';

/** One outbound HTTP request. */
export interface EgressRequest {
  /** Whose request it is. Sockets are never shared between tenants. */
  readonly tenant: string;
  /** An upper-case HTTP method; `CONNECT` and `TRACE` are refused. */
  readonly method: string;
  /** Absolute. A fragment is dropped. */
  readonly url: string;
  /** `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Proxy-*` and their like are refused: they are ours to write. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
  /** Allow-list: `api.example.com`, `*.example.com` (any depth below, not the apex), either with `:port`. The URL's host must match one. */
  readonly hosts: readonly string[];
  /** `performance.now()` milliseconds at which the socket is aborted. */
  readonly deadlineAt: number;
  /** Cancels: the socket is aborted at once. */
  readonly signal?: AbortSignal;
  /** Most bytes of the body after decoding; what goes beyond ends the exchange as `too_large`. */
  readonly maxResponseBytes: number;
  /** Default false: a redirect is answered as it stands. When true, at most three hops, each through every check. */
  readonly followRedirects?: boolean;
}

export interface EgressResponse {
  readonly status: number;
  /** Names in lower case; a repeated header is a list. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Decoded: `Content-Encoding` is undone. */
  readonly body: Uint8Array;
  readonly contentType: string | null;
}

export type EgressFailureKind =
  | 'denied'
  | 'unreachable'
  /** Nothing to do with the upstream: this process or its machine is out of descriptors. */
  | 'exhausted'
  | 'deadline'
  | 'aborted'
  | 'connection_lost'
  | 'too_large'
  | 'invalid_response';

export interface EgressFailure {
  readonly kind: EgressFailureKind;
  /** False only when it is certain that no byte of the request left. */
  readonly sent: boolean;
  /** A stable short code out of a closed list. */
  readonly reason: Reason;
  /** For a developer. Holds no address and no secret. */
  readonly message: string;
  /** As in `EgressTiming`; left out when there was no wait. */
  readonly queuedMs?: number;
}

export interface EgressTiming {
  /** Milliseconds until the request could be written: name, TCP, TLS and the wait for a free socket. Near 0 on a warm socket. */
  readonly connectMs: number;
  /** Of these, the wait for a free socket: a queue of ours, not the upstream's time. */
  readonly queuedMs: number;
  readonly totalMs: number;
}

export type EgressOutcome =
  | { readonly ok: true; readonly response: EgressResponse; readonly timing: EgressTiming }
  | { readonly ok: false; readonly failure: EgressFailure };

/** One outbound HTTP request whose answer is read piece by piece. `maxResponseBytes` holds for the whole of it. */
export interface EgressStreamRequest extends EgressRequest {
  /** `performance.now()` milliseconds by which the answer must have begun. `deadlineAt` is for its end. */
  readonly headersBy: number;
  /** Milliseconds of silence, while there is room for more, that end the answer as `body_idle`. */
  readonly idleMs: number;
  /** Bytes that wait for the reader before the socket is paused. Default 64 KiB. */
  readonly maxBufferedBytes?: number;
}

export type EgressBodyPart =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: EgressFailure };

/** The body of an answer on its way. The deadline and the signal of the request hold until its end. */
export interface EgressBody {
  /** What is there, decoded, as soon as there is something; one read at a time. */
  read(): Promise<EgressBodyPart>;
  /** Closes the socket. Harmless after the end. */
  cancel(): void;
  /** The most bytes that ever waited for the reader. */
  readonly peakBufferedBytes: number;
}

export interface EgressStreamResponse extends Omit<EgressResponse, 'body'> {
  readonly body: EgressBody;
}

/** `totalMs` is the time until the answer began. A body must be read to its end or cancelled. */
export type EgressStreamOutcome =
  | { readonly ok: true; readonly response: EgressStreamResponse; readonly timing: EgressTiming }
  | { readonly ok: false; readonly failure: EgressFailure };

export interface EgressStats {
  /** Pools open, one for each (tenant, origin, address) in use. */
  readonly pools: number;
  /** Sockets open in all pools. */
  readonly sockets: number;
}

export interface Egress {
  /** Never rejects for what the network, the upstream or the URL can do; those are outcomes. */
  send(request: EgressRequest): Promise<EgressOutcome>;
  /** As `send`, but answers as soon as the headers are there; the body follows at the reader's pace. */
  open(request: EgressStreamRequest): Promise<EgressStreamOutcome>;
  /** Resolves, connects and shakes hands ahead of the first request, without sending one. True when a socket is ready. */
  warm(tenant: string, url: string, hosts: readonly string[]): Promise<boolean>;
  stats(): EgressStats;
  /** Takes no more requests, lets those under way end, then closes every socket. */
  close(): Promise<void>;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface Refusal {
  readonly tenant: string;
  /** The host as the URL gave it, or empty when the URL has none. */
  readonly host: string;
  readonly reason: Reason;
}

export interface EgressOptions {
  /** Answers every address of a name. Default: DNS, A and AAAA, within 2 s. Given up on after 2 s in any case. */
  readonly resolve?: (name: string) => Promise<readonly ResolvedAddress[]>;
  /** Exact origins exempt from the address, name, https and port rules, as `http://127.0.0.1:4010`. The operator's own, never a tenant's. */
  readonly trustedOrigins?: readonly string[];
  /** What the operator allows a tenant besides, or only; null for the usual rules. Made by `tenantRules`; asked at each request. */
  readonly rulesOf?: (tenant: string) => TenantRules | null;
  /** Development only: the http origin that every allowed request is dialled at instead. Only the address checks of the dial are skipped. */
  readonly dialOverride?: string;
  /** Milliseconds for TCP and TLS together. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Default 256. Further requests wait for a socket, inside their deadline; `queuedMs` says how long. */
  readonly maxSocketsPerPool?: number;
  /** Default 512; past that, of the tenant that holds most the one unused for longest is closed. */
  readonly maxPools?: number;
  /** Milliseconds after which an idle socket is closed, unless the upstream asks for less. Default 30,000. */
  readonly idleMs?: number;
  /** Called once for every refusal; must not throw. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** A certificate authority (PEM) trusted besides the usual ones. */
  readonly ca?: string;
}
