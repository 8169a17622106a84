import { z } from 'zod';
import { SchemeId } from '../ids.ts';
import { ErrorRule } from './error-rule.ts';
import { Example } from './example.ts';
import { HttpRequest } from './http-request.ts';
import { Pagination } from './pagination.ts';
import { Parameter } from './parameter.ts';

const Path = z.string().min(1).max(200);

/**
 * A request about webhooks. Its parameters are those of a tool, and may stand for what only we know: `x-from: webhook.url`,
 * or `{webhook.url}` in a path or a template. Known are `webhook.url`, `webhook.secret`, `webhook.id`, `webhook.events` (by
 * `x-from` the list, in a template its members with commas between them), `webhook.until` (RFC 3339), `webhook.nonce` (a UUID for
 * this request) and `setting.<name>`. Parameters that are not
 * hidden are asked of the operator, once for all the requests: under one name they are one.
 */
const WebhookCall = z.strictObject({
  request: HttpRequest,
  parameters: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/), Parameter).default({}),
  errors: z.array(ErrorRule).optional(),
  examples: z.array(Example).default([]),
});

export const WebhookRegister = WebhookCall.extend({
  /** How to make the secret that goes out as `webhook.secret`. */
  secret: z
    .strictObject({
      bytes: z.int().min(16).max(64).default(32),
      encoding: z.enum(['hex', 'base64', 'base64url']).default('base64url'),
      prefix: z.string().max(16).default(''),
    })
    .prefault({}),
  /** Seconds for which it is asked for, as `webhook.until`, of a vendor that ends webhooks. */
  lifetime_s: z.int().min(3_600).max(31_536_000).optional(),
  response: z.strictObject({
    /** Where the vendor's id of the webhook is: a text or a number. */
    id: Path,
    /** Where its secret is, for a vendor that makes it. */
    secret: Path.optional(),
    /** Where it says when the vendor ends the webhook: RFC 3339, or Unix seconds or milliseconds. It is registered anew before. */
    expires_at: Path.optional(),
    /** Settings of the scheme, and what the other requests call `setting.<name>`, as texts out of the answer. */
    settings: z.record(z.string().regex(/^[a-z_]{1,40}$/), Path).default({}),
  }),
});
export type WebhookRegister = z.infer<typeof WebhookRegister>;

export const WebhookList = WebhookCall.extend({
  response: z.strictObject({
    /** Path of the list. Left out: the body is the list. */
    items: Path.optional(),
    /** Paths in an item. */
    id: Path,
    url: Path,
    pagination: Pagination.optional(),
  }),
});
export type WebhookList = z.infer<typeof WebhookList>;

/**
 * How webhooks are registered at the vendor. What is registered can be removed. Without `list` a registration that was not
 * answered cannot be looked for. A scheme alone says which of webhook-schemes is the vendor's.
 */
export const Webhooks = z
  .strictObject({
    scheme: SchemeId,
    /** Asked for when the operator names none. */
    events: z.array(z.string().min(1).max(200)).max(200).optional(),
    register: WebhookRegister.optional(),
    list: WebhookList.optional(),
    remove: WebhookCall.optional(),
  })
  .refine(({ register, list, remove }) => (register === undefined) === (remove === undefined) && (register || !list), {
    error: 'give register and remove, with or without list, or none of them',
  });
export type Webhooks = z.infer<typeof Webhooks>;
