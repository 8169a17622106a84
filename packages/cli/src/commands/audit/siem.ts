import { AuditClass, SinkAuth, SinkContent, SinkFormat, SinkName } from '@patchbay/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { readInput } from '../../input/read-source.ts';
import { readSecretFile, withoutLineEnd } from '../../input/secret-file.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderSinks } from '../../render/sinks.ts';
import type { CliIo } from '../../terminal.ts';

export function addSiem(parent: Command, run: Run): void {
  const siem = defineGroup(parent, 'siem', 'Send audit records to a SIEM as they come: OCSF over HTTP');
  addSet(siem, run);
  addList(siem, run);
  addRemove(siem, run);
  addPause(siem, run, true);
  addPause(siem, run, false);
}

interface SetOptions {
  readonly format: (typeof SinkFormat.options)[number];
  readonly content: (typeof SinkContent.options)[number];
  readonly auth?: string;
  readonly tokenFile?: string;
  readonly class: readonly AuditClass[];
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  readonly fromIndex?: number;
}

function addSet(parent: Command, run: Run): void {
  defineCommand<[string, string], SetOptions>(parent, run, {
    name: 'set <name> <url>',
    summary: 'Send the tenant’s records to a URL, or change how',
    description:
      'Send the tenant’s records to a URL, in the order of its log, each at least once; metadata.uid tells repeats. A new sink starts with what comes from now on, unless --from-index says where. A token is read from a file or from standard input (-), and sealed here to the key of the vault.',
    examples: [
      'patchbay audit siem set splunk https://splunk.example:8088/services/collector/event --format splunk_hec --auth splunk --token-file hec-token',
      'patchbay audit siem set lake https://lake.example/in --format ndjson --from-index 0 --token-file -',
      'patchbay audit siem set soc https://soc.example/in --class credential --class gateway',
    ],
    configure: (command) =>
      command
        .addOption(
          new Option('--format <format>', 'how records are written').choices(SinkFormat.options).default('json_array'),
        )
        .addOption(
          new Option('--content <content>', 'what of a record is sent').choices(SinkContent.options).default('ocsf'),
        )
        .option('--auth <how>', 'how the token goes: bearer, splunk, or header:<name> (default: bearer)')
        .option('--token-file <file>', 'the token, in a file with mode 0600 or on standard input (-)')
        .option('--class <class>', 'only of this class; several times', oneMore, [])
        .option('--max-records <n>', 'records of one request, 1 to 1,000', wholeNumber('--max-records', 1, 1_000))
        .option('--max-bytes <n>', 'bytes of one request', wholeNumber('--max-bytes', 1_024, 1_048_576))
        .option('--from-index <n>', 'start at this record; 0 sends all', wholeNumber('--from-index', 0, 999_999_999)),
    async run(context, options, name, url) {
      requireName(name);
      const auth = options.auth === undefined ? undefined : SinkAuth.safeParse(options.auth);
      if (auth?.success === false) throw new UsageError(`--auth takes bearer, splunk or header:<name>.`);
      const token = options.tokenFile === undefined ? undefined : await readToken(options.tokenFile, context.io);
      const { sink, created } = await (await context.admin()).audit.setSink({
        name,
        settings: {
          url,
          format: options.format,
          content: options.content,
          classes: [...options.class],
          ...(auth !== undefined && { auth: auth.data }),
          ...(options.maxRecords !== undefined && { max_records: options.maxRecords }),
          ...(options.maxBytes !== undefined && { max_bytes: options.maxBytes }),
        },
        ...(token !== undefined && { token }),
        ...(options.fromIndex !== undefined && { from_index: options.fromIndex }),
      });
      const done = context.style.good(created ? 'added' : 'changed');
      context.show({ sink, created }, () => `${done}  ${sink.name}  ${sink.waiting} records to send`);
      return undefined;
    },
  });
}

function addList(parent: Command, run: Run): void {
  defineCommand<[], { readonly installation?: boolean }>(parent, run, {
    name: 'list',
    summary: 'Show where records go, how far that is, and what it fails by',
    examples: ['patchbay audit siem list', 'patchbay audit siem list --installation --json'],
    configure: installation,
    async run(context, options) {
      const sinks = await (await context.admin()).audit.sinks(...scopeOf(options));
      context.show({ sinks }, () => (sinks.length === 0 ? 'There is no sink.' : renderSinks(sinks, context)));
      return undefined;
    },
  });
}

function addRemove(parent: Command, run: Run): void {
  defineCommand<[string], object>(parent, run, {
    name: 'remove <name>',
    summary: 'Send nothing to a sink any more, and forget its token',
    examples: ['patchbay audit siem remove splunk'],
    async run(context, _options, name) {
      const sink = await (await context.admin()).audit.removeSink(requireName(name));
      context.show({ sink }, () => `${context.style.good('removed')}  ${sink.name}`);
      return undefined;
    },
  });
}

function addPause(parent: Command, run: Run, paused: boolean): void {
  const verb = paused ? 'pause' : 'resume';
  defineCommand<[string], { readonly installation?: boolean }>(parent, run, {
    name: `${verb} <name>`,
    summary: paused ? 'Hold a sink: what comes waits for it' : 'Let a sink go on where it was',
    examples: [`patchbay audit siem ${verb} splunk`, `patchbay audit siem ${verb} soc --installation`],
    configure: installation,
    async run(context, options, name) {
      const { audit } = await context.admin();
      const sink = await audit.pauseSink(requireName(name), paused, ...scopeOf(options));
      const done = context.style.good(paused ? 'paused' : 'resumed');
      context.show({ sink }, () => `${done}  ${sink.name}  ${sink.waiting} records to send`);
      return undefined;
    },
  });
}

const installation = (command: Command) =>
  command.option('--installation', "one of the installation's, which the audit service's file names");
const scopeOf = (options: { readonly installation?: boolean }) =>
  options.installation ? ([{ tenant: null }] as const) : ([] as const);

function oneMore(text: string, before: readonly AuditClass[]): readonly AuditClass[] {
  const read = AuditClass.safeParse(text);
  if (read.success) return [...before, read.data];
  throw new InvalidArgumentError(`one of ${AuditClass.options.join(', ')}.`);
}

function requireName(name: string): string {
  const read = SinkName.safeParse(name);
  if (read.success) return name;
  throw new UsageError(`'${name}' is no name of a sink: lower-case letters, digits and inner hyphens.`);
}

async function readToken(path: string, io: CliIo): Promise<string> {
  const token = path === '-' ? withoutLineEnd(await readInput(io)) : await readSecretFile(path, io);
  if (token.trim() !== '') return token;
  throw new UsageError('The token is empty.');
}
