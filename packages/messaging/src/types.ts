import type {
  BroadcastRoute,
  BucketDefinition,
  DurableDefinition,
  EventRoute,
  PatchbayError,
  RequestRoute,
  SignalRoute,
  StreamDefinition,
} from '@patchbay/contracts';
import type { z } from 'zod';
import type { HeardMessage } from './hear-messages.ts';
import type { StreamAccess } from './stream-access.ts';

/** Values for a subject's placeholders, such as `{ tenant: 'acme' }`. */
export type SubjectValues = Readonly<Record<string, string>>;

export interface ConnectOptions {
  /** One URL or several of one cluster, `nats://host:port`. */
  readonly servers: readonly string[];
  /**
   * What proves who connects: the identity's NKey seed (`SU…`), as text, or an API key or token, which travels to the server.
   * Wiped from the caller's hands is the caller's business.
   */
  readonly seed: string | { readonly token: string };
  /** Shown by the server in its connection list, such as `executor-1`. */
  readonly name: string;
  /** From `inboxPrefixOf` in contracts. */
  readonly inboxPrefix: string;
  /** Called with what the connection goes through; never with a secret. */
  readonly onStatus?: (status: { type: string; detail?: string }) => void;
}

/** What lets a request be sent again when whoever worked on it is gone: it may arrive twice. */
export interface RepeatTerms<Route extends RequestRoute = RequestRoute> {
  /** The body of a repeat, for which so many milliseconds are left. Default: the same again. */
  body?(leftMs: number): z.input<Route['request']>;
  /** Whether an answer is the request's own; else another is waited for. `repeat`: it answers one. Default: it is. */
  settles?(answer: z.output<Route['response']>, repeat: boolean): boolean;
}

export interface RequestOptions<Route extends RequestRoute = RequestRoute> {
  /** Milliseconds to wait; also sent as the budget header. Default: the route's `timeoutMs`. */
  readonly timeoutMs?: number;
  readonly traceparent?: string;
  /**
   * Names where this caller can be found, so that a read nobody waits for any more is stopped: when its connection ends, and
   * with a `signal` when that is aborted.
   */
  readonly presence?: boolean;
  /** Stops waiting; the request itself is not withdrawn, but for `presence`. */
  readonly signal?: AbortSignal;
  /**
   * Sends it again, within its time, when no sign comes any more that it is worked on, and when nobody is there to take it, for half
   * of it and four seconds at most.
   */
  readonly repeat?: RepeatTerms<Route>;
}

export interface StreamedRequestOptions {
  /** Milliseconds until the last message; also sent as the budget header. */
  readonly timeoutMs: number;
  readonly traceparent?: string;
  /** Each message, decoded, and its size. */
  readonly onMessage: (message: unknown, bytes: number) => void;
  readonly onFailure: (failure: PatchbayError) => void;
}

/** Messages to whoever sent a request, before its answer. */
export interface ReplyStream {
  /** Sends one; returns its bytes. */
  send(body: unknown): number;
  close(): void;
}

/** What a handler learns of a request besides its body. */
export interface RequestContext {
  /** Values of the subject's placeholders, as the server routed it: the tenant is proven by it. */
  readonly values: SubjectValues;
  /** Milliseconds left of the caller's budget when the request arrived, or null when it named none. */
  readonly budgetMs: number | null;
  /** `performance.now()` when the request was taken from the socket; when it waited there through a stall of this process, of its beginning. */
  readonly receivedAt: number;
  readonly traceparent: string | null;
  /** Where the caller says it can be found, below the inbox it is answered in; null when it says nothing good. */
  readonly presence: string | null;
  /** The inbox that the answer goes to; it belongs to one who may call. */
  readonly replyTo: string;
}

/** One served route. A thrown `PatchbayError` becomes its typed answer; anything else becomes `internal` and is reported. */
export interface Endpoint<Route extends RequestRoute = RequestRoute> {
  readonly name: string;
  readonly route: Route;
  readonly handler: (body: z.output<Route['request']>, context: RequestContext) => Promise<z.input<Route['response']>>;
  /**
   * Looks at a request before its headers and body are read, and throws a `PatchbayError` to turn it away at the least
   * cost: without a span, and with what the headers say missing from the context of `onFailure`.
   */
  readonly onArrival?: (values: SubjectValues) => void;
  /**
   * Makes the answer to a request that could not be parsed or whose handler failed, for routes whose answers carry
   * errors in their own shape. Default: `{ error }` with the NATS service error headers.
   */
  readonly onFailure?: (error: unknown, context: RequestContext) => z.input<Route['response']>;
}

/** An endpoint whose route's types were checked by `endpoint`. */
export interface AnyEndpoint {
  readonly name: string;
  readonly route: RequestRoute;
  readonly handler: (body: never, context: RequestContext) => Promise<unknown>;
  readonly onArrival?: (values: SubjectValues) => void;
  readonly onFailure?: (error: unknown, context: RequestContext) => unknown;
}

export interface ServiceDescription {
  /** NATS service name, such as `executor`. */
  readonly name: string;
  /** Semver. */
  readonly version: string;
  readonly description: string;
  /** What this process says of itself in `$SRV.STATS`, beside the counts of the services framework. Never a secret. */
  readonly status?: () => Promise<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>;
  /** Unexpected errors of handlers come here, to be logged. */
  readonly onError?: (error: unknown, where: string) => void;
  /** Opens a span for each request. The handler's `traceparent` is then that span's. Default: none. */
  readonly trace?: TraceRequests;
}

/** A span around one served request. `end` takes the code of the error it was answered with, or null. */
export interface RequestSpan {
  readonly traceparent: string;
  end(errorCode: string | null): void;
}

/** `subject` has its placeholders, so that it names no tenant. */
export type TraceRequests = (endpoint: string, subject: string, context: RequestContext) => RequestSpan;

/** A set of served endpoints. `stop` ends intake; `drained` settles when the requests under way are answered. */
export interface ServedEndpoints {
  stop(): Promise<void>;
  /** Requests under way. */
  readonly inFlight: number;
}

export interface Subscription {
  unsubscribe(): void;
}

/** An answer from a stream: its sequence number, and whether the message id was known already. */
export interface PublishAck {
  readonly sequence: number;
  readonly duplicate: boolean;
}

export interface DurablePublishOptions {
  /** For the stream's duplicate window. */
  readonly messageId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for the acknowledgement. Default 2,000. */
  readonly timeoutMs?: number;
}

export interface BucketEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A watch event. `value` is null when the key was deleted. `initial` until the state at the start was delivered. */
export interface BucketChange {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly revision: number;
}

/** Some rows of a bucket, in the order of their revisions. */
export interface BucketPage {
  readonly entries: readonly BucketEntry[];
  /** The revision that the page reaches: a scan after it goes on where this one is. */
  readonly upTo: number;
  /** Rows that were left when the page was made, markers of deletions included. */
  readonly left: number;
}

/** A JetStream key-value bucket. Compare-and-set reads go to the stream leader, never to a stale replica. */
export interface Bucket {
  get(key: string): Promise<BucketEntry | null>;
  /** Sets the key if it does not exist. Returns its revision, or null when the key exists. */
  create(key: string, value: Uint8Array | string, timeoutMs?: number): Promise<number | null>;
  /** Sets the key whatever was there. */
  put(key: string, value: Uint8Array | string, timeoutMs?: number): Promise<number>;
  /** Sets the key if its revision is `revision`. Returns the new one, or null when another was first. */
  update(key: string, value: Uint8Array | string, revision: number, timeoutMs?: number): Promise<number | null>;
  /** Removes the key; with `revision`, only if it is still that one. False when another was first. */
  delete(key: string, revision?: number): Promise<boolean>;
  /** Follows keys under `prefix` (a key pattern such as `acme.>` or `>`). Resolves when the present state was delivered. */
  watch(prefix: string, onChange: (change: BucketChange) => void): Promise<Subscription>;
  /**
   * Reads keys of `pattern` (such as `acme.*`) in the order of their revisions, from the one behind `after` on, and ends when
   * none is left. A page is read when the one before was taken. What changes meanwhile gets a later revision, so it comes
   * again: nothing changes behind the scan. @throws Error when the server lost the scan; one from `upTo` on goes on.
   */
  scan(pattern: string, options: { readonly after: number; readonly pageRows: number }): AsyncIterable<BucketPage>;
}

/** A message of a stream handed to a consumer. */
export interface StreamMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly sequence: number;
  /** Times delivered, from 1. */
  readonly deliveries: number;
  header(name: string): string | null;
}

/** What to do with a batch: acknowledge all, or hand it again after a delay. */
export type BatchVerdict = { readonly ack: true } | { readonly ack: false; readonly retryAfterMs: number };

export interface ConsumeOptions {
  /** Messages of one batch at most. */
  readonly maxMessages: number;
  /** Milliseconds that messages may gather after the first one. Default 200. */
  readonly gatherMs?: number;
  /** A thrown error hands the batch again after a second. */
  readonly onBatch: (messages: readonly StreamMessage[]) => Promise<BatchVerdict>;
  readonly onError?: (error: unknown) => void;
}

/** What to do with one message: it is done, or it comes again after a while. */
export type WorkVerdict = { readonly done: true } | { readonly done: false; readonly retryAfterMs: number };

export interface WorkOptions {
  /** Messages in hand at once, at most. */
  readonly concurrency: number;
  /** Milliseconds between signs of life while a message is in hand; well below the durable's `ackWaitMs`. Default 10,000. */
  readonly aliveEveryMs?: number;
  /** A thrown error brings the message again after a second. */
  readonly onMessage: (message: StreamMessage) => Promise<WorkVerdict>;
  readonly onError?: (error: unknown) => void;
}

export interface BatchConsumer {
  /** Stops fetching and waits for the batch in hand. */
  stop(): Promise<void>;
}

/** A process that serves endpoints, as it describes itself. */
export interface DiscoveredService {
  /** NATS service name, such as `executor`. */
  readonly name: string;
  /** Unlike any other process's. */
  readonly id: string;
  readonly version: string;
  readonly endpoints: readonly { readonly name: string; readonly subject: string }[];
}

/** A connection to NATS, typed by contracts. The only way the rest of the project speaks NATS. */
export interface Messaging extends StreamAccess {
  request<Route extends RequestRoute>(
    route: Route,
    values: SubjectValues,
    body: z.input<Route['request']>,
    options?: RequestOptions<NoInfer<Route>>,
  ): Promise<z.output<Route['response']>>;
  /** Sends a request that several messages answer. Unsubscribing says that nobody takes them any more. */
  requestStream<Route extends RequestRoute>(
    route: Route,
    values: SubjectValues,
    body: z.input<Route['request']>,
    options: StreamedRequestOptions,
  ): Subscription;
  /** Messages to the inbox of a request under way, from its handler's `replyTo`. `onGone`: nobody is there any more. */
  openReplyStream(replyTo: string, onGone: () => void): ReplyStream;
  sendSignal<Route extends SignalRoute>(route: Route, values: SubjectValues, body: z.input<Route['body']>): void;
  /** Listens for the signals of one subject, all placeholders filled. */
  listenSignal<Route extends SignalRoute>(
    route: Route,
    values: SubjectValues,
    onSignal: (body: z.output<Route['body']>) => void,
  ): Subscription;
  serve(service: ServiceDescription, endpoints: readonly AnyEndpoint[]): Promise<ServedEndpoints>;
  /** A subject at which this process is as long as its connection is. */
  readonly presence: string;
  /** Calls `onGone` once when the caller is no longer at its presence subject. Not before 250 ms have passed. */
  watchPresence(presence: string, onGone: () => void): Subscription;
  publishEvent<Route extends EventRoute>(
    route: Route,
    values: SubjectValues,
    body: z.input<Route['body']>,
    options?: { traceparent?: string },
  ): void;
  /**
   * Publishes an event whose body is bytes that are ready, and says whether anybody was subscribed. Whoever hears it must not
   * answer. @throws PatchbayError `overloaded` when the server could not be told, `invalid_request` when it is too large.
   */
  publishHeard(
    route: EventRoute,
    values: SubjectValues,
    payload: Uint8Array | string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<boolean>;
  subscribeEvent<Route extends EventRoute>(
    route: Route,
    values: SubjectValues,
    onEvent: (body: z.output<Route['body']>, values: SubjectValues) => void,
  ): Subscription;
  /**
   * Hears what is published on a subject, such as a stream's messages as they are stored. Placeholders without a value match
   * anything. What is published while the connection is lost is not heard: see `onReconnect`.
   */
  hearMessages(template: string, values: SubjectValues, onMessage: (message: HeardMessage) => void): Subscription;
  /** Calls back each time that the connection was lost and is there again. */
  onReconnect(listener: () => void): Subscription;
  /** Publishes an event route and gathers answers for `timeoutMs`; ends early when `enough` says so. */
  askAll<Route extends EventRoute, Answer extends z.ZodType>(
    route: Route,
    values: SubjectValues,
    body: z.input<Route['body']>,
    answer: Answer,
    options: { timeoutMs: number; enough?: (answers: z.output<Answer>[]) => boolean },
  ): Promise<z.output<Answer>[]>;
  /** Answers `askAll`. A null answer stays silent. */
  answerEvent<Route extends EventRoute>(
    route: Route,
    onEvent: (body: z.output<Route['body']>) => Promise<unknown | null>,
  ): Subscription;
  /** Asks every process of the route's owner, and gathers what comes within the route's time. */
  askEvery<Route extends BroadcastRoute>(
    route: Route,
    body: z.input<Route['request']>,
  ): Promise<z.output<Route['response']>[]>;
  /** Answers `askEvery` for this process. */
  answerBroadcast<Route extends BroadcastRoute>(
    route: Route,
    onAsked: (body: z.output<Route['request']>) => z.input<Route['response']>,
    onError: (error: unknown) => void,
  ): Subscription;
  publishDurable(subject: string, payload: Uint8Array | string, options?: DurablePublishOptions): Promise<PublishAck>;
  bucket(name: string): Promise<Bucket>;
  /** Pulls batches of at most `maxMessages` from a durable, one batch at a time. */
  consume(stream: string, durable: string, options: ConsumeOptions): Promise<BatchConsumer>;
  /** Takes messages from a durable one by one, several at a time; others may share the durable. */
  work(stream: string, durable: string, options: WorkOptions): Promise<BatchConsumer>;
  /**
   * Creates or updates streams, buckets and durables to match, and makes those durables anew that are ahead of their streams: it gives
   * their names. Needs the provisioner identity.
   */
  provision(plan: {
    streams: readonly StreamDefinition[];
    buckets: readonly BucketDefinition[];
    durables: readonly DurableDefinition[];
    replicas: number;
    storage: 'file' | 'memory';
  }): Promise<readonly string[]>;
  /**
   * What each process of a service says of itself, by its id; those that say nothing are left out. Needs the admin
   * identity. Default 500 ms.
   */
  serviceStatus(name: string, options?: { timeoutMs?: number }): Promise<Map<string, unknown>>;
  /** Every process that serves something and answers within the time. Needs the admin identity. Default 500 ms. */
  discoverServices(options?: { timeoutMs?: number }): Promise<DiscoveredService[]>;
  /** Settles when everything published so far is in the kernel's hands: it survives the end of this process. Rejects while there is no connection. */
  written(): Promise<void>;
  /** Sends what is buffered and waits until the server has it, through a reconnect if the connection is lost meanwhile. */
  flush(): Promise<void>;
  readonly connected: boolean;
  readonly serverVersion: string;
  readonly maxPayloadBytes: number;
  /** Drains subscriptions, flushes and closes. */
  close(): Promise<void>;
}
