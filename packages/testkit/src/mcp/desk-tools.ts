import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';

/** What a server of these tools saw. Many servers may share one: over HTTP there is a server for each session or request. */
export interface DeskLog {
  readonly calls: { readonly tool: string; readonly arguments: unknown }[];
  /** Calls of `wait` that were cancelled. */
  cancelled: number;
  /** Adds an argument to `add`, as a server that changed would. */
  changed: boolean;
}

export function deskLog(): DeskLog {
  return { calls: [], cancelled: 0, changed: false };
}

type Properties = Readonly<Record<string, object>>;

const object = (properties: Properties, required: readonly string[] = Object.keys(properties)) =>
  fromJsonSchema<Record<string, never>>({ type: 'object', properties, required: [...required] });

/** A server with a tool for each way a tool can answer. */
export function createDeskServer(log: DeskLog): McpServer {
  const server = new McpServer({ name: 'desk', version: '1.0.0' });
  const saw = (tool: string, args: unknown) => log.calls.push({ tool, arguments: args });
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

  server.registerTool(
    'add',
    {
      title: 'Add',
      description: 'Adds two numbers.',
      inputSchema: object(
        { a: { type: 'number' }, b: { type: 'number' }, ...(log.changed && { everyone: { type: 'boolean' } }) },
        ['a', 'b'],
      ),
      outputSchema: object({ sum: { type: 'number' } }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ a = 0, b = 0 }: { a?: number; b?: number }) => {
      saw('add', { a, b });
      return { ...text('as text'), structuredContent: { sum: a + b } };
    },
  );
  server.registerTool(
    'open-ticket',
    {
      description: 'Opens a ticket.',
      inputSchema: object({ subject: { type: 'string' }, key: { type: 'string' } }, ['subject']),
    },
    (args) => {
      saw('open-ticket', args);
      return text(JSON.stringify({ number: log.calls.filter(({ tool }) => tool === 'open-ticket').length }));
    },
  );
  server.registerTool(
    'fail',
    { description: 'Fails.', inputSchema: object({}), annotations: { readOnlyHint: true } },
    () => {
      saw('fail', {});
      return { ...text('The desk is closed on Sundays.'), isError: true };
    },
  );
  server.registerTool(
    'picture',
    { description: 'Shows the desk.', inputSchema: object({}), annotations: { readOnlyHint: true } },
    () => ({
      content: [
        { type: 'text', text: 'The desk' },
        { type: 'image', mimeType: 'image/png', data: Buffer.alloc(3_000).toString('base64') },
        { type: 'resource_link', uri: 'https://desk.example/1', name: 'One' },
      ],
    }),
  );
  const wait =
    (tool: string) =>
    async (args: unknown, { mcpReq }: { mcpReq: { signal: AbortSignal } }) => {
      saw(tool, args);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 60_000).unref();
        mcpReq.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          log.cancelled += 1;
          resolve();
        });
      });
      return text('late');
    };
  server.registerTool(
    'wait',
    { description: 'Takes a minute.', inputSchema: object({}), annotations: { readOnlyHint: true } },
    wait('wait'),
  );
  server.registerTool(
    'wait-and-write',
    { description: 'Takes a minute.', inputSchema: object({}) },
    wait('wait-and-write'),
  );
  return server;
}
