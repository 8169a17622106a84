import { hash } from 'node:crypto';
import type { MailMessage } from '@patchbay/contracts';
import { fileOf } from '../request/file-argument.ts';
import { toText } from '../request/text.ts';
import type { RequestContext, ValueSource } from '../request/value-source.ts';
import { resolveSource } from '../request/value-source.ts';
import { addressHeader, idHeader, parameterOf, textHeader } from './mail-header.ts';

export type MailPart = Exclude<keyof MailMessage, 'encode'>;

/** Where each part of a message comes from. */
export interface MailPlan {
  readonly parts: Readonly<Partial<Record<MailPart, { readonly argument: string; readonly source: ValueSource }>>>;
  readonly encode: MailMessage['encode'];
}

interface Entity {
  readonly head: string;
  readonly body: string;
}

/**
 * The message, encoded as the plan says; `undefined` when it has neither text nor HTML. The same in every attempt. Written
 * here and not by a library because requests are built without waiting, and mail libraries stream.
 */
export function buildMail(plan: MailPlan, context: RequestContext): string | undefined {
  const value = (part: MailPart): unknown => {
    const source = plan.parts[part]?.source;
    return (source === undefined ? undefined : resolveSource(source, context)) ?? undefined;
  };
  const named = (part: MailPart): string => plan.parts[part]?.argument ?? part;
  const [text, html, subject] = [value('text'), value('html'), value('subject')];
  if (text === undefined && html === undefined) return undefined;
  const headers = [
    addressHeader('From', value('from'), named('from')),
    addressHeader('To', value('to'), named('to')),
    addressHeader('Cc', value('cc'), named('cc')),
    addressHeader('Bcc', value('bcc'), named('bcc')),
    addressHeader('Reply-To', value('reply_to'), named('reply_to')),
    idHeader('In-Reply-To', value('in_reply_to'), named('in_reply_to')),
    idHeader('References', value('references'), named('references')),
    subject === undefined ? null : textHeader('Subject', toText(subject)),
    `Date: ${new Date(context.startedAt).toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
  ].filter((line) => line !== null);
  const bodies = [
    text === undefined ? null : textEntity('plain', text),
    html === undefined ? null : textEntity('html', html),
  ];
  const content = multipart(
    'alternative',
    bodies.filter((entity) => entity !== null),
  );
  const files = [value('attachments')].flat().filter((item) => item !== undefined && item !== null);
  const whole = multipart('mixed', [content, ...files.map((file) => attachment(file, named('attachments')))]);
  const message = `${headers.join('\r\n')}\r\n${whole.head}\r\n\r\n${whole.body}`;
  return plan.encode === 'none' ? message : Buffer.from(message).toString(plan.encode);
}

function textEntity(kind: 'plain' | 'html', value: unknown): Entity {
  const text = toText(value).replace(/\r\n|\r|\n/g, '\r\n');
  return {
    head: `Content-Type: text/${kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64`,
    body: base64Lines(Buffer.from(text)),
  };
}

function attachment(value: unknown, argument: string): Entity {
  const file = fileOf(value, argument) ?? {
    filename: null,
    contentType: 'text/plain; charset=utf-8',
    bytes: Buffer.from(toText(value)),
  };
  const name = file.filename ?? 'attachment';
  return {
    head: `Content-Type: ${file.contentType ?? 'application/octet-stream'}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n ${parameterOf('filename', name)}`,
    body: base64Lines(file.bytes),
  };
}

/** The entities as one; a single one needs no wrapping. Their bodies are base64, so none can hold the boundary. */
function multipart(kind: 'alternative' | 'mixed', entities: readonly Entity[]): Entity {
  const [only] = entities;
  if (only !== undefined && entities.length === 1) return only;
  const boundary = `patchbay_${kind}_${hash('sha256', entities.map((entity) => entity.body).join('\n'), 'hex').slice(0, 24)}`;
  const parts = entities.map(({ head, body }) => `--${boundary}\r\n${head}\r\n\r\n${body}\r\n`).join('');
  return { head: `Content-Type: multipart/${kind}; boundary="${boundary}"`, body: `${parts}--${boundary}--\r\n` };
}

/** RFC 2045 section 6.8: lines of at most 76 characters. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return (text.match(/.{1,76}/g) ?? ['']).join('\r\n');
}
