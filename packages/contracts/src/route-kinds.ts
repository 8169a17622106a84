import type { z } from 'zod';

/** Identities that may connect to NATS. `agent` and `auditor` are per tenant; `admin` is the operator's; `provisioner` creates streams; `backup` copies them out, and in where they are missing. */
export type Identity = ServiceName | 'agent' | 'auditor' | 'admin' | 'provisioner' | 'backup';
export type ServiceName =
  | 'registry'
  | 'executor'
  | 'vault'
  | 'audit'
  | 'webhook-ingress'
  | 'webhook-delivery'
  | 'gateway';

export interface RequestRoute<Req extends z.ZodType = z.ZodType, Res extends z.ZodType = z.ZodType> {
  readonly kind: 'request';
  /**
   * `{name}` placeholders are filled by `buildSubject`. `{caller}` is the identity that asks: each may write its own alone, so
   * that a service which several may call knows who does. A reply subject does not say: whoever asks chooses it.
   */
  readonly subject: string;
  /** The service that serves it. */
  readonly owner: ServiceName;
  /** Identities that may send it. */
  readonly callers: readonly Identity[];
  readonly request: Req;
  readonly response: Res;
  /** How long a caller waits when it names no deadline, in milliseconds. */
  readonly timeoutMs: number;
}

export interface EventRoute<Body extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly subject: string;
  /** The service that publishes it. */
  readonly owner: ServiceName;
  /** Identities that may subscribe. */
  readonly subscribers: readonly Identity[];
  readonly body: Body;
}

/** A question to every process of a service at once; each answers for itself. */
export interface BroadcastRoute<Req extends z.ZodType = z.ZodType, Res extends z.ZodType = z.ZodType> {
  readonly kind: 'broadcast';
  readonly subject: string;
  /** The service whose processes answer. */
  readonly owner: ServiceName;
  /** Identities that may ask. */
  readonly callers: readonly Identity[];
  readonly request: Req;
  readonly response: Res;
  /** How long answers are gathered, in milliseconds: nobody knows how many there will be. */
  readonly gatherMs: number;
}

/** Sent by callers to the one process that waits for it, and not answered. */
export interface SignalRoute<Body extends z.ZodType = z.ZodType> {
  readonly kind: 'signal';
  readonly subject: string;
  /** The service whose process listens, while it has something to be told. */
  readonly owner: ServiceName;
  /** Identities that may send it. */
  readonly callers: readonly Identity[];
  readonly body: Body;
}

export function request<Req extends z.ZodType, Res extends z.ZodType>(
  route: Omit<RequestRoute<Req, Res>, 'kind'>,
): RequestRoute<Req, Res> {
  return { kind: 'request', ...route };
}
export function broadcast<Req extends z.ZodType, Res extends z.ZodType>(
  route: Omit<BroadcastRoute<Req, Res>, 'kind'>,
): BroadcastRoute<Req, Res> {
  return { kind: 'broadcast', ...route };
}
export function event<Body extends z.ZodType>(route: Omit<EventRoute<Body>, 'kind'>): EventRoute<Body> {
  return { kind: 'event', ...route };
}
