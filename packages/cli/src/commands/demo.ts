import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { findFacts, isAlive, type LocalFacts } from '../config.ts';
import { type CommandContext, connectAgent, connectOperator } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import type { Tell } from '../demo/events.ts';
import { startOwnPatchbay } from '../demo/own-patchbay.ts';
import { play } from '../demo/play.ts';
import { sandboxControl } from '../demo/sandbox-control.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { liveDemo, plainDemo } from '../render/demo.ts';

interface Options {
  readonly plain?: boolean;
}

export function addDemo(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'demo',
    summary: 'Play a voice conversation: parallel, dependent, cancelled and repeated calls',
    description:
      'Play a voice conversation against the sandbox: a caller is identified, twelve calls run at once, one uses an earlier result, one is cancelled by barge-in, one is asked for twice and done once. Uses the running Patchbay, or starts one for the time. With --json, one event a line.',
    examples: ['patchbay demo', 'patchbay demo --plain', 'patchbay demo --json | jq \'select(.event == "result")\''],
    configure: (command) =>
      command.option('--plain', 'line by line, without moving the cursor (default when not at a terminal)'),
    async run(context, { plain }) {
      const tell = teller(context, plain ?? false);
      const found = findFacts(context.io);
      if (found !== null && isAlive(found)) return conversation(context, found, tell);
      tell({ event: 'starting', message: 'Patchbay does not run here: starting one for the demo …' });
      const own = await startOwnPatchbay(context.io.env, context.io.interrupt);
      try {
        return await conversation(context, own.facts, tell);
      } finally {
        await own.stop();
      }
    },
  });
}

function teller({ globals, io, style, showLine }: CommandContext, plain: boolean): Tell {
  if (globals.json) return (event) => showLine(event, () => '');
  // The table is addressed by rows, so it must fit.
  const fits = io.stdout.isTTY === true && (io.stdout.rows ?? 24) > 14;
  return fits && !plain ? liveDemo(io.stdout, style) : plainDemo(io.stdout, style);
}

async function conversation({ io }: CommandContext, facts: LocalFacts, tell: Tell): Promise<number> {
  if (facts.sandbox_url === null || facts.sandbox_control_token === null)
    throw new UsageError(
      'This Patchbay calls the real hosts (--live). The demo needs the sandbox: start without --live.',
    );
  const { tenant } = facts;
  const servers = [facts.nats_url];
  const sandbox = sandboxControl(facts.sandbox_url, readFileSync(facts.sandbox_control_token, 'utf8').trim());
  const session = `demo-${randomBytes(4).toString('hex')}`;
  const admin = await connectOperator({ servers, tenant, credentials: facts.admin_credentials });
  try {
    const agent = await connectAgent({ servers, tenant, credentials: facts.agent_credentials });
    try {
      const inSession = agent.inSession({ agent: 'receptionist', session });
      const good = await play({ agent: inSession, admin, sandbox, session, tell, results: [] }, io.interrupt);
      return good ? exitCodes.ok : exitCodes.failed;
    } finally {
      await agent.close();
    }
  } finally {
    await admin.close();
  }
}
