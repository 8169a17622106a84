import { z } from 'zod';

/**
 * `svc.audit.v1.replay.<tenant>`: has the server send the tenant's messages of stream `AUDIT` to an inbox of the auditor who asks, those
 * there are and then those that come, until a minute after nobody listens there any more. As they were published, with their
 * headers; what is behind them in the reply subject says each one's sequence.
 */
export const ReplayAudit = z.strictObject({
  /** Below `_INBOX_auditor.<tenant>`. Listen there first: the server sends at once. */
  deliver_to: z
    .string()
    .max(200)
    .regex(/^_INBOX_auditor(?:\.[A-Za-z0-9_-]+){2,}$/, { error: 'expected a subject below _INBOX_auditor.<tenant>' }),
  /** From the first message stored at or after it. Left out: from the stream's beginning. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** From the message behind this sequence on, in the place of `from`. */
  after: z.int().nonnegative().optional(),
});
export type ReplayAudit = z.infer<typeof ReplayAudit>;
export const ReplayAuditResult = z.object({
  /** Messages that there are to send now. */
  messages: z.int().nonnegative(),
});
export type ReplayAuditResult = z.infer<typeof ReplayAuditResult>;
