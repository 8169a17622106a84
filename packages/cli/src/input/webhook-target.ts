import { issuesOf, PlanRequest } from '@patchbay/contracts';
import type { NewSubscription } from '@patchbay/sdk';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { forwardUrl } from './forward-url.ts';
import { nameValue } from './name-value.ts';
import { readJson } from './read-source.ts';

/** Where a subscription's events go, as a command line says it: one of those that begin with `to`. */
export interface TargetOptions {
  readonly toUrl?: string;
  readonly toAgents?: string | true;
  readonly toTool?: string;
  readonly toPlan?: string;
  readonly toSession?: string;
  readonly header: Readonly<Record<string, string>>;
  readonly raw?: boolean;
  readonly arguments?: string;
  readonly connection?: string;
}

type Target = NewSubscription['target'];

export function targetOptions(command: Command): Command {
  return command
    .optionsGroup('Where events go, one of:')
    .option('--to-url <url>', 'an HTTP endpoint, signed as Standard Webhooks says')
    .option(
      '--to-agents [name]',
      'agents that listen to events.v1.<tenant>.webhook.<name>; default: the subscription’s id',
    )
    .option('--to-tool <tool>', 'a tool call for each')
    .option('--to-plan <json>', 'a plan for each: JSON, @file, or - for standard input')
    .option('--to-session <id>', 'the session that waits for it')
    .optionsGroup('More about it:')
    .option('--raw', 'with --to-url: the body as it came, instead of an envelope')
    .option(
      '--header <name=value>',
      'with --to-url: a further header, not secret; may be given several times',
      nameValue,
      {},
    )
    .option(
      '--arguments <json>',
      'with --to-tool: JSON, @file or -; texts may have {body.<path>}, {event.type}, {event.id}, {header.<name>} in them',
    )
    .option('--connection <id>', 'with --to-tool: this connection');
}

/** Null when the command line names none. @throws UsageError */
export async function readTarget(options: TargetOptions, io: CliIo): Promise<Target | null> {
  const { toUrl, toAgents, toTool, toPlan, toSession } = options;
  const named = [toUrl, toAgents, toTool, toPlan, toSession].filter((one) => one !== undefined).length;
  if (named > 1) throw new UsageError('Events of one subscription go to one place: use one of the --to options.');
  if (toUrl === undefined && (options.raw || Object.keys(options.header).length > 0))
    throw new UsageError('--raw and --header go with --to-url.');
  if (toTool === undefined && (options.arguments !== undefined || options.connection !== undefined))
    throw new UsageError('--arguments and --connection go with --to-tool.');
  if (toUrl !== undefined)
    return {
      kind: 'http',
      url: forwardUrl('--to-url', toUrl),
      headers: { ...options.header },
      payload: options.raw ? 'raw' : 'envelope',
    };
  if (toAgents !== undefined) return { kind: 'nats', ...(typeof toAgents === 'string' && { subject_name: toAgents }) };
  if (toTool !== undefined)
    return {
      kind: 'tool',
      tool: toTool,
      ...(options.arguments !== undefined && { arguments: await readJson('--arguments', options.arguments, io) }),
      ...(options.connection !== undefined && { connection: options.connection }),
    };
  if (toPlan !== undefined) return { kind: 'plan', plan: await readPlanTemplate(toPlan, io) };
  return toSession === undefined ? null : { kind: 'session', session: toSession };
}

const PlanTemplate = PlanRequest.omit({ idempotency_key: true, plan_id: true });

async function readPlanTemplate(source: string, io: CliIo): Promise<Extract<Target, { kind: 'plan' }>['plan']> {
  const parsed = PlanTemplate.safeParse(await readJson('--to-plan', source, io));
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
  throw new UsageError(`--to-plan takes a plan, {"calls":[…]}: ${issues.join('; ')}.`);
}
