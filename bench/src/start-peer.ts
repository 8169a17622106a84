import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@patchbay/local-servers';
import type { Bench } from './start-bench.ts';

/** `@ivotoby/openapi-mcp-server`: an MCP server over HTTP made from an OpenAPI description. It ends with the bench. */
export async function startPeer({ dir, upstreamUrl, children }: Bench): Promise<{
  readonly url: string;
  readonly pid: number;
}> {
  const port = await freePort();
  const description = join(dir, 'upstream.json');
  writeFileSync(description, JSON.stringify(descriptionOf(upstreamUrl)));
  const program = fileURLToPath(import.meta.resolve('@ivotoby/openapi-mcp-server/bin/mcp-server.js'));
  const server = spawn(process.execPath, [program, '--transport', 'http', '--port', String(port)], {
    stdio: 'ignore',
    env: {
      API_BASE_URL: `${upstreamUrl}/api`,
      OPENAPI_SPEC_PATH: description,
      API_HEADERS: 'Authorization:Bearer bench-credential',
    },
  });
  children.push(server);
  const url = `http://127.0.0.1:${port}/mcp`;
  for (let i = 0; !(await answers(url)); i++) {
    if (i === 500) throw new Error('the OpenAPI-to-MCP server did not start');
    await delay(20);
  }
  return { url, pid: server.pid as number };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}

/** The upstream's one operation, as Patchbay's document has it. */
function descriptionOf(upstreamUrl: string) {
  const text = { type: 'string' };
  const schema = {
    type: 'object',
    properties: { customer: text, date: text, note: text },
    required: ['customer', 'date'],
  };
  return {
    openapi: '3.0.3',
    info: { title: 'bench', version: '1.0.0' },
    servers: [{ url: `${upstreamUrl}/api` }],
    paths: {
      '/lookup': {
        post: {
          operationId: 'lookup',
          summary: 'Posts the work of the benchmark and hands the reply back.',
          requestBody: { required: true, content: { 'application/json': { schema } } },
          responses: {
            200: { description: 'The reply.', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
  };
}
