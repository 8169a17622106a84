import { Pool } from 'undici';
import { closedLoop } from './closed-loop.ts';
import { type DriverTask, requestArguments } from './work.ts';

/**
 * Calls one tool of one MCP server over HTTP, as many at once as it is told, in a process of its own: `<url> <revision>
 * <part of the tool's name>`, and the key, if any, as the first message. A client of its own, so that what is measured is
 * the server: no more of the protocol than a call needs. The revision 2024-11-05 means the transport of that day: a stream that
 * names the address to post to and carries every answer.
 */
const [url = '', revision = '', part = ''] = process.argv.slice(2);
const { origin, pathname, search } = new URL(url);
const pool = new Pool(origin, { connections: 128, pipelining: 1 });
const modern = revision === '2026-07-28';
const streamOnly = revision === '2024-11-05';
let path = `${pathname}${search}`;
const common: Record<string, string> = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': revision,
};
const envelope = {
  'io.modelcontextprotocol/protocolVersion': revision,
  'io.modelcontextprotocol/clientCapabilities': {},
};
let id = 1;

/** Calls whose answer comes on the session's own stream: some servers only say that they took a call. */
const awaited = new Map<number, (message: Message) => void>();

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

async function send(method: string, params: Record<string, unknown>): Promise<{ result: unknown; session?: string }> {
  const own = method.startsWith('notifications/') ? null : id++;
  const onStream = own === null ? null : new Promise<Message>((resolve) => awaited.set(own, resolve));
  const { statusCode, headers, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      ...common,
      ...(modern && {
        'mcp-method': method,
        ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
      }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      ...(own !== null && { id: own }),
      method,
      params: modern ? { ...params, _meta: envelope } : params,
    }),
  });
  const text = await body.text();
  if (statusCode >= 300) throw new Error(`${method} was answered with ${statusCode}: ${text.slice(0, 300)}`);
  if (own === null || onStream === null) return { result: null };
  if (streamOnly) return { result: resultOf(method, await onStream) };
  const streamed = headers['content-type']?.toString().startsWith('text/event-stream') === true;
  const message =
    text === '' ? await onStream : (JSON.parse(streamed ? (dataOf(text).at(-1) ?? '{}') : text) as Message);
  awaited.delete(own);
  const session = headers['mcp-session-id'];
  return { result: resultOf(method, message), ...(typeof session === 'string' && { session }) };
}

function resultOf(method: string, { result, error }: Message): unknown {
  if (result === undefined) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
  return result;
}

const dataOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => line.slice(6));

/** Takes what a session's own stream says, for as long as it is open. Resolves with the first thing that is no message. */
async function listen(): Promise<string> {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path,
    headers: { ...common, accept: 'text/event-stream' },
    bodyTimeout: 0,
    headersTimeout: 0,
  });
  if (statusCode !== 200) {
    await body.dump();
    return '';
  }
  return new Promise((resolve, reject) => {
    (async () => {
      let rest = '';
      for await (const chunk of body) {
        const events = (rest + String(chunk)).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          const address = /^event: endpoint\ndata: (.*)$/m.exec(event)?.[1];
          if (address !== undefined) resolve(address);
          for (const data of dataOf(event)) take(JSON.parse(data) as Message);
        }
      }
    })().catch(reject);
  });
}

function take(message: Message): void {
  if (message.id === undefined) return;
  awaited.get(message.id)?.(message);
  awaited.delete(message.id);
}

async function begin(): Promise<string> {
  if (streamOnly) path = await listen();
  if (!modern) {
    const { session } = await send('initialize', {
      protocolVersion: revision,
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    });
    if (session !== undefined) common['mcp-session-id'] = session;
    await send('notifications/initialized', {});
    // Not awaited: some send their headers with the first event.
    if (!streamOnly) void listen().catch(() => {});
  }
  const { tools } = (await send('tools/list', {})).result as { tools: { name: string }[] };
  const tool = tools.find(({ name }) => name.includes(part));
  if (tool === undefined)
    throw new Error(`there is no tool '${part}' among ${tools.map(({ name }) => name).join(', ')}`);
  return tool.name;
}

const callOf = (tool: string) => async () => {
  const { result } = await send('tools/call', { name: tool, arguments: requestArguments });
  const { content, isError } = result as { content: { text: string }[]; isError?: boolean };
  if (isError === true) throw new Error(`the tool failed: ${content[0]?.text}`);
  return JSON.parse(content[0]?.text ?? 'null');
};

let tool: string | null = null;
process.on('message', async (message: DriverTask | { readonly key: string | null }) => {
  try {
    if ('key' in message) {
      if (message.key !== null) common['authorization'] = `Bearer ${message.key}`;
      tool = await begin();
      process.send?.({ result: tool });
    } else process.send?.({ result: await closedLoop(callOf(tool as string), message) });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.send?.({ ready: true });
