import { maxDeadlineMs } from '@patchbay/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { webhookId } from '../input/webhook-id.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { type LoadCommandOptions, ways } from '../load/load-options.ts';

/** What the generator takes at the most, for the help; it keeps to its own caps whatever is said here. */
const caps = { seconds: 3_600, calls: 1_000_000, warmup: 300, concurrency: 10_000, rate: 20_000, keys: 1_000_000 };

export function addLoad(parent: Command, run: Run): void {
  defineCommand<[string | undefined, string[]], LoadCommandOptions>(parent, run, {
    name: 'load [tool] [arguments...]',
    summary: 'Call tools again and again, or send webhooks, and measure what it takes',
    description: `Call tools again and again over NATS, REST or MCP, or send webhooks, within bounds of time and number, and report what came of it.

With --rate it is an open loop: calls come at the rate, whatever becomes of those before, and each is timed from when it was due, so that a stall counts for everybody it kept waiting. Without, it is a closed loop of --concurrency callers who each wait for an answer; its times are given as they were and corrected for the calls that the callers left out meanwhile.

{n} in an argument becomes the number of the call. Over REST and MCP a key is made for the load and revoked at its end, unless --api-key-file names one; webhooks go to a source made for it, unless --source names one.

It loads this machine alone unless each other host is repeated by --target, and only the sandbox unless --real-upstreams says that vendors may be called.`,
    examples: [
      'patchbay load google_calendar_check_availability --args @period.json',
      'patchbay load google_calendar_check_availability --args @period.json --rate 200 --duration 60 --report load.html',
      'patchbay load --mix mix.json --over rest --concurrency 32 --keys new',
      'patchbay load --over webhooks --rate 100 --expect-success 100 --json',
      'patchbay load google_calendar_check_availability --args @period.json --over mcp --expect-p99 250',
    ],
    footer: `A mix is a file of JSON: [{"tool": "google_calendar_check_availability", "arguments": {…}, "weight": 3}, …]

The exit code is 1 when no call succeeded or an expectation was not met.`,
    configure: (command) =>
      command
        .addOption(new Option('--over <way>', 'how calls get there').choices([...ways]).default('nats'))
        .option('--rate <n>', 'calls a second, an open loop', wholeNumber('--rate', 1, caps.rate))
        .option(
          '--concurrency <n>',
          'callers of a closed loop (default 8), or calls in flight at the most of an open one (default 1000)',
          wholeNumber('--concurrency', 1, caps.concurrency),
        )
        .option('--duration <s>', 'seconds that are measured', wholeNumber('--duration', 1, caps.seconds), 10)
        .option('--calls <n>', 'end after so many calls', wholeNumber('--calls', 1, caps.calls), 100_000)
        .option('--warmup <s>', 'seconds before, which do not count', wholeNumber('--warmup', 0, caps.warmup), 2)
        .option('--args <json>', 'arguments as a JSON object, @file, or - for standard input; key=value words win')
        .option('--mix <file>', 'several tools with their arguments and weights, in a file or on standard input (-)')
        .option(
          '--keys <how>',
          'idempotency keys: none, a new one for each call, or so many for each tool over and over',
          keysOf,
          'none',
        )
        .option(
          '--deadline <ms>',
          'milliseconds within which an answer must be here',
          wholeNumber('--deadline', 1, maxDeadlineMs),
          5_000,
        )
        .option('--gateway <url>', 'where the gateway is (default: that of dev.json)')
        .option('--api-key-file <file>', 'a file with the API key to use over REST or MCP')
        .option('--source <src>', 'the webhook source to send to, with its --secret-file', webhookId('webhookSource'))
        .option('--secret-file <file>', 'the secret of the source, in a file or on standard input (-)')
        .option('--scheme <id>', 'the scheme of the source that is made, without --source', 'stripe')
        .option('--target <host>', 'confirm a host that is not this machine; may be given several times', hosts)
        .option('--real-upstreams', 'confirm that executors may call the real hosts')
        .option('--report <file>', 'write the report too: .json, .md or .html')
        .option(
          '--expect-success <percent>',
          'fail unless so many of 100 calls succeed',
          amount('--expect-success', 100),
        )
        .option('--expect-p99 <ms>', 'fail unless the p99 is at most this', amount('--expect-p99', 3_600_000)),
    async run(context, options, tool, words) {
      const { runLoadCommand } = await import('../load/run-load-command.ts');
      return runLoadCommand(context, options, tool, words);
    },
  });
}

function keysOf(text: string): LoadCommandOptions['keys'] {
  return text === 'none' || text === 'new' ? text : wholeNumber('--keys', 1, caps.keys)(text);
}

/** A number above 0 that need not be whole. */
function amount(name: string, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (number > 0 && number <= most) return number;
    throw new InvalidArgumentError(`${name} takes a number above 0, at most ${most}.`);
  };
}

function hosts(host: string, before: readonly string[] = []): readonly string[] {
  return [...before, host];
}
