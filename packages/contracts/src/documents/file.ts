import { z } from 'zod';

const Host = z.string().regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?$/, {
  error: 'expected a host such as files.example.com, or *.example.com',
});

/** Largest file and body that a document can allow, in bytes. */
export const maxFileBytes = 26_214_400;

/**
 * Says that an argument is a file: `{ filename?, content_type?, content_base64 | text | url }`, or a list of such. A file is
 * a part of a `multipart` body, the whole of a `raw` one, and base64 by the filter of that name.
 */
export const FileRules = z.strictObject({
  /** Where a file's `url` may lead: these hosts, or any public https host. Left out: nowhere, `url` is refused. */
  urls: z.union([z.literal('public'), z.array(Host).min(1).max(20)]).optional(),
  /** Most bytes of one file. Default 10 MiB. */
  max_bytes: z.int().positive().max(maxFileBytes).default(10_485_760),
});
export type FileRules = z.infer<typeof FileRules>;
