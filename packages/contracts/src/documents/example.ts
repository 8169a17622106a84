import { z } from 'zod';

/**
 * A call and what the upstream answers. Drives the sandbox, the tests and the model's input examples. A `body` that is a
 * string stands for text when a `content-type` header says something other than JSON; no `body` is an empty one. For a
 * tool whose answer streams, a `body` that is a list holds the items: of SSE `{ event, id, data }`, of NDJSON any JSON, of
 * chunked texts.
 */
export const Example = z.strictObject({
  title: z.string().optional(),
  arguments: z.record(z.string(), z.unknown()),
  response: z
    .strictObject({
      status: z.int().min(100).max(599),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    })
    .optional(),
  /** For a tool of several steps: one response per step, by step id. */
  responses: z
    .record(
      z.string(),
      z.strictObject({
        status: z.int().min(100).max(599),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
      }),
    )
    .optional(),
});
export type Example = z.infer<typeof Example>;
