import { z } from 'zod';

const Argument = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/);

/**
 * A mail message (RFC 5322, MIME) made of the tool's arguments; each field names one. Addresses are `a@b.c` or
 * `Ada <a@b.c>`, one or a list. Headers are encoded (RFC 2047) and cannot be added by an argument; texts are UTF-8; with
 * `text` and `html` both, the reader's program chooses; `attachments` are file arguments.
 */
export const MailMessage = z
  .strictObject({
    from: Argument.optional(),
    to: Argument.optional(),
    cc: Argument.optional(),
    bcc: Argument.optional(),
    reply_to: Argument.optional(),
    subject: Argument.optional(),
    /** Message-IDs of the mail that is answered. */
    in_reply_to: Argument.optional(),
    references: Argument.optional(),
    text: Argument.optional(),
    html: Argument.optional(),
    attachments: Argument.optional(),
    /** How the message stands in the request: as text, or as Gmail (`base64url`) and Microsoft Graph (`base64`) take it. */
    encode: z.enum(['none', 'base64', 'base64url']).default('base64url'),
  })
  .refine((mail) => mail.text !== undefined || mail.html !== undefined, { error: 'give text, html or both' });
export type MailMessage = z.infer<typeof MailMessage>;
