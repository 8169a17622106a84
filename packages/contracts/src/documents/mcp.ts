import { z } from 'zod';

/** A name that an operator gave a program: `PATCHBAY_MCP_COMMANDS` of the executor says which program it is. */
export const McpCommand = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, {
  error: 'expected a name that an operator gave a program, such as weather: never a path',
});

/** The MCP server of an integration: exactly one of `url` and `command`. */
export const McpServer = z
  .strictObject({
    /** The endpoint of a server over streamable HTTP; `{name}` is a connection variable. Its host must be among `auth.hosts`. */
    url: z
      .string()
      .regex(/^https?:\/\/[^\s?#]+$/, { error: 'expected an absolute http(s) URL without query' })
      .optional(),
    /** A program that an executor runs and speaks to over its standard input and output. Only in documents for every tenant. */
    command: McpCommand.optional(),
    /** Its arguments. Anybody on the machine can read them: nothing secret. */
    args: z.array(z.string().max(1_000)).max(32).optional(),
    /** Variables of the program's environment, from the credential: templates over its fields, such as `{api_key}`. */
    env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/), z.string().min(1).max(200)).optional(),
  })
  .refine(({ url, command }) => (url === undefined) !== (command === undefined), {
    error: 'give exactly one of url and command',
  })
  .refine(({ url, args, env }) => url === undefined || (args === undefined && env === undefined), {
    error: 'args and env go with command',
  });
export type McpServer = z.infer<typeof McpServer>;

/** Which tool of the integration's MCP server a tool is. Stands in place of `request` and `steps`. */
export const McpTool = z.strictObject({
  /** Its name at the server. */
  tool: z.string().min(1).max(128),
  /** SHA-256 of what the document was made from; a server whose tool is another by then is not called. Written by the import. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type McpTool = z.infer<typeof McpTool>;

/** Where the requests of an MCP tool go: `base_url` of its document, and the path of its `request`. */
export function mcpAddress({ url, command }: McpServer): { base: string; path: string } {
  // A program has no host. `.invalid` (RFC 6761) stands for one: no request can ever reach it.
  if (url === undefined) return { base: `https://${command}.stdio.invalid`, path: '/' };
  const slash = url.indexOf('/', url.indexOf('://') + 3) === -1 ? url.length : url.lastIndexOf('/');
  return { base: url.slice(0, slash), path: url.slice(slash) || '/' };
}
