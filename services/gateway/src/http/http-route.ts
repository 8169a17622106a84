import type { AccessScope, ErrorBody } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { z } from 'zod';
import type { DoorName } from '../operations/access-tally.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Shape = z.ZodObject;

/** What a handler is told. */
export interface RouteCall<Params = unknown, Query = unknown, Body = unknown> {
  readonly principal: Principal;
  /** Whom the request acts for; `_platform` only on routes that are not `of: 'tenant'`. */
  readonly tenant: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly requestId: string;
  /** W3C traceparent of this request's span. */
  readonly traceparent: string;
  /** Header `Idempotency-Key`. */
  readonly idempotencyKey: string | null;
  /** Whether the client asks for Server-Sent Events. */
  readonly wantsEvents: boolean;
  /** Aborted when the client leaves before its answer; only of routes that are `leavable`. */
  readonly left: AbortSignal | null;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body's text as it came, for a signature over it; null but on routes with `rawBody`. */
  readonly rawBody: string | null;
}

/** An answer that is no plain document. */
export class StreamedAnswer {
  /** Text, by default of `text/event-stream`, at the pace of whoever takes them. */
  readonly chunks: AsyncIterable<string>;
  /** Called when nobody takes them any more, also at their end. */
  readonly onLeft: () => void;
  readonly media: string;
  constructor(chunks: AsyncIterable<string>, onLeft: () => void, media = 'text/event-stream; charset=utf-8') {
    this.chunks = chunks;
    this.onLeft = onLeft;
    this.media = media;
  }
}

export interface HttpRoute<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  readonly method: Method;
  /** Such as `/v1/tools/{name}`. */
  readonly path: string;
  /** Unlike any other's. */
  readonly operationId: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** What the principal must hold; null: nothing but a key. */
  readonly scope: AccessScope | null;
  /**
   * Whom it is about. `tenant`: one, so that the platform has to name it. `any`: one, or the platform when it names none.
   * `platform`: every tenant, whoever is named.
   */
  readonly of: 'tenant' | 'any' | 'platform';
  /** Keys of tenants do not open it, whatever they hold. */
  readonly only?: 'platform';
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly response: Response;
  /** Of an answer that is text and not JSON. */
  readonly media?: string;
  /** Of success. Default 200. */
  readonly status?: 200 | 201;
  /** The answer is a document with an `ETag`, and is not sent to who has it. */
  readonly etag?: true;
  /** Takes header `Idempotency-Key`, and what it calls knows repeats by it. */
  readonly idempotent?: true;
  /** Takes header `Idempotency-Key`, and the gateway answers repeats of a day with the first answer. */
  readonly repeatable?: true;
  /** Replaces a whole document: one that is there is replaced only by who says which state of it (`If-Match`). */
  readonly guarded?: true;
  /** Can answer with Server-Sent Events. */
  readonly streams?: true;
  /** Its work is stopped when the client leaves. */
  readonly leavable?: true;
  /** Another header that the key may come in alone, in lower case, for callers that cannot send `Authorization`. */
  readonly keyHeader?: string;
  /** By which way whoever asks comes in. Default `http`. */
  readonly door?: DoorName;
  /** Its body is signed, so that the handler has to see the text of it. */
  readonly rawBody?: true;
  /** For callers that read no answer but one of status 200: what a failure is told as, once it is known who asks. */
  readonly failure?: (error: ErrorBody) => unknown;
  /**
   * It changes something that no other service audits under the caller's name, or shows what not everybody may see (`look`: one event,
   * when it is done): the kind of thing, and which one.
   */
  readonly audited?: {
    readonly look?: true;
    readonly kind: string;
    readonly target: (call: RouteCall<z.output<Params>, z.output<Query>, z.output<Body>>) => string;
  };
  readonly handler: (
    call: RouteCall<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<z.input<Response> | StreamedAnswer>;
}

/** A route whose types were checked by `route`. */
export type AnyRoute = Omit<HttpRoute, 'handler' | 'audited'> & {
  readonly audited?: { readonly look?: true; readonly kind: string; readonly target: (call: never) => string };
  readonly handler: (call: never) => Promise<unknown>;
};

export function route<
  Response extends z.ZodType,
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends z.ZodType = z.ZodType,
>(one: HttpRoute<Params, Query, Body, Response>): AnyRoute {
  return one;
}
