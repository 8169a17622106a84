import { cpus } from 'node:os';
import { type LoadShape, type MixedTool, problemOfLoad, runLoad } from '@patchbay/load';
import { findFacts, tenantOf } from '../config.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { readJson } from '../input/read-source.ts';
import { parseToolArguments } from '../input/tool-arguments.ts';
import { wordsAsArguments } from '../input/words-as-arguments.ts';
import { renderLoad } from '../render/load-report.ts';
import { liveView } from './live-view.ts';
import { expectationsOf, type LoadDocument } from './load-document.ts';
import type { LoadCommandOptions } from './load-options.ts';
import { callsSandbox, refuseUnmeant } from './may-load.ts';
import { planWay } from './open-way.ts';
import { readMix } from './read-mix.ts';
import { reportWriter } from './write-report.ts';

/** Calls in flight at the most, of an open load that does not say. */
const mostInFlight = 1_000;
/** Callers of a closed load that does not say. */
const callers = 8;

/** The work of `patchbay load`, apart from its options so that other commands need not read what it leans on. */
export async function runLoadCommand(
  context: CommandContext,
  options: LoadCommandOptions,
  tool: string | undefined,
  words: string[],
): Promise<number> {
  const { io } = context;
  const write = options.report === undefined ? null : reportWriter(options.report, io);
  const shape: LoadShape =
    options.rate === undefined
      ? { kind: 'closed', callers: options.concurrency ?? callers }
      : { kind: 'open', perSecond: options.rate, mostInFlight: options.concurrency ?? mostInFlight };
  const bounds = { seconds: options.duration, calls: options.calls, warmupSeconds: options.warmup };
  const problem = problemOfLoad(shape, bounds);
  if (problem !== null) throw new UsageError(problem);
  checkNamed(options, tool);

  const plan = await planWay(context, options);
  const sandbox = callsSandbox(findFacts(io), plan.urls);
  refuseUnmeant(plan.urls, sandbox, options);
  const mix = await mixOf(context, options, tool, words);
  const way = await plan.open(mix);
  try {
    const view = liveView(context, options.duration);
    const report = await runLoad({
      shape,
      bounds,
      makeCall: way.makeCall,
      signal: io.interrupt,
      onSample: view.show,
      graceMs: options.deadline + 5_000,
    });
    const document: LoadDocument = {
      over: options.over,
      tenant: tenantOf(options, io),
      targets: [...new Set(plan.urls.map((url) => new URL(url.includes('://') ? url : `nats://${url}`).host))],
      sandbox,
      called:
        options.over === 'webhooks'
          ? report.by_what.map(({ what }) => ({ what, weight: 1 }))
          : mix.map(({ tool: what, weight }) => ({ what, weight })),
      keys: options.keys,
      deadline_ms: options.deadline,
      ...report,
      expectations: expectationsOf(report, options),
      machine: { processors: cpus().length, node: process.version },
    };
    context.show(document, () => renderLoad(document, context));
    await write?.(document);
    if (write !== null) context.note(`The report is in ${options.report}.`);
    const good = report.counts.succeeded > 0 && document.expectations.every(({ met }) => met);
    return good ? exitCodes.ok : exitCodes.failed;
  } finally {
    await way.close();
  }
}

function checkNamed({ over, mix, source }: LoadCommandOptions, tool: string | undefined): void {
  if (over === 'webhooks') {
    if (tool !== undefined || mix !== undefined) throw new UsageError('A load of webhooks calls no tool.');
    return;
  }
  if (source !== undefined) throw new UsageError('--source is for --over webhooks.');
  if ((tool === undefined) === (mix === undefined))
    throw new UsageError('Name the tool to call, or several in a file by --mix.');
}

async function mixOf(
  context: CommandContext,
  options: LoadCommandOptions,
  tool: string | undefined,
  words: string[],
): Promise<MixedTool[]> {
  if (options.mix !== undefined) return readMix(options.mix, context.io);
  if (tool === undefined) return [];
  const whole = options.args === undefined ? {} : await readJson('--args', options.args, context.io);
  // Without NATS nobody can be asked for the tool's schema here.
  const own =
    options.over === 'nats' || options.apiKeyFile === undefined
      ? await wordsAsArguments(await context.agent(), tool, undefined, words)
      : parseToolArguments(words, null);
  return [{ tool, arguments: { ...whole, ...own }, weight: 1 }];
}
