import { Writable } from 'node:stream';
import { type McpView, serveMcpStdio, viewOf } from '@patchbay/mcp-server';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { onInterrupt } from '../on-interrupt.ts';
import type { ResultSink } from '../terminal.ts';

interface Options {
  readonly toolset?: string;
  readonly list?: McpView['tools'];
  readonly deadline?: string;
}

export function addMcp(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'mcp',
    summary: "Serve the tenant's tools to an MCP client over standard input and output",
    description: `Serve the tenant's tools to an MCP client, such as an editor or a desktop assistant, which starts this command and speaks to it over standard input and output.

It calls tools as the agent whose key file it finds, like every other command. A client that can reach the gateway needs no command: give it the gateway's /mcp and an API key.`,
    examples: ['patchbay mcp --toolset front-desk', 'claude mcp add patchbay -- npx patchbay mcp --toolset front-desk'],
    configure: (command) =>
      command
        .option('--toolset <name>', 'show and find only the tools of a toolset')
        .option('--list <how>', 'auto, list (every tool) or search (none, but a tool that finds them)', 'auto')
        .option('--deadline <ms>', 'milliseconds within which a call is answered that names no deadline'),
    async run(context, { toolset, list, deadline }) {
      const view = viewOf({
        tools: list,
        ...(toolset !== undefined && { toolset }),
        ...(deadline !== undefined && { deadline_ms: deadline }),
      });
      const agent = await context.agent();
      const served = serveMcpStdio({
        caller: { agent, view, context: { agent: 'mcp' }, mayRead: true, mayExecute: true },
        stdin: context.io.stdin,
        stdout: writableOver(context.io.stdout),
        onError: (error) => context.io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`),
      });
      const stop = onInterrupt(context.io.interrupt, () => void served.close());
      await served.closed;
      stop();
      await served.close();
      return 0;
    },
  });
}

function writableOver(sink: ResultSink): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (sink.write(chunk) === false && sink.once !== undefined) sink.once('drain', () => done());
      else done();
    },
  });
}
