import type { ExportJob } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { parseTime } from '../../input/time.ts';
import { writePieces } from '../../render/export-file.ts';
import { renderExports } from '../../render/exports.ts';

interface RangeOptions {
  readonly fromIndex?: number;
  readonly toIndex?: number;
  readonly from?: string;
  readonly to?: string;
}

interface Options extends RangeOptions {
  readonly out: string;
  readonly toStorage?: boolean;
}

export function addAuditExport(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'export',
    summary: "Write a tenant's log with its proofs as JSONL",
    description:
      "Write a tenant's log, or a part of it, as lines of JSON with the proofs that 'patchbay audit verify' needs. The same range gives the same bytes, whenever and by whichever process. Without an end it goes to the newest signed checkpoint. The export is itself recorded.",
    examples: [
      'patchbay audit export --out acme.jsonl',
      'patchbay audit export --from-index 0 --to-index 5000 --out first.jsonl --json',
      'patchbay audit export --from 2026-03-01 --to 2026-04-01 > march.jsonl',
      'patchbay audit export --to-storage',
    ],
    configure: (command) =>
      command
        .option('--out <file>', 'the file to write; - is standard output', '-')
        .option('--from-index <n>', 'from this record on; the first is 0', index)
        .option('--to-index <n>', 'up to the record before this one', index)
        .option('--from <time>', 'from the first record of this time on: RFC 3339, or how long ago, such as 3d')
        .option('--to <time>', 'up to the last record before this time')
        .option('--to-storage', "have it put into the audit service's object storage"),
    async run(context, { out, toStorage, ...options }) {
      const range = rangeOf(options);
      const admin = await context.admin();
      if (toStorage) {
        if (out !== '-') throw new UsageError('Say --out or --to-storage, not both.');
        const job = await admin.audit.startExport(range);
        context.show({ export: job }, () => `${context.style.good('started')}  ${job.id}  ${job.location}`);
        return undefined;
      }
      if (out === '-' && context.globals.json)
        throw new UsageError('--json tells of an export in a file: name it by --out.');
      const { from_index, to_index, pieces } = await admin.audit.export(range);
      const written = await writePieces(pieces, { context, out, total: to_index - from_index });
      const told = { tenant: admin.tenant, file: out === '-' ? null : out, from_index, to_index, ...written };
      const sum = () =>
        `${context.style.good('exported')}  ${to_index - from_index} records (${from_index} to ${to_index - 1}), ${written.bytes} bytes, sha256 ${written.sha256}`;
      if (out === '-') context.note(sum());
      else context.show(told, sum);
      return undefined;
    },
  });
}

export function addAuditExports(parent: Command, run: Run): void {
  defineCommand<[string | undefined], object>(parent, run, {
    name: 'exports [id]',
    summary: 'Show the exports that were put into object storage, newest first',
    examples: ['patchbay audit exports', 'patchbay audit exports xpt_01JD0000000000000000000000 --json'],
    async run(context, _options, id) {
      const exports: ExportJob[] = await (await context.admin()).audit.exports(id);
      context.show({ exports }, () =>
        exports.length === 0
          ? 'There was none. Start one: patchbay audit export --to-storage'
          : renderExports(exports, context),
      );
      return undefined;
    },
  });
}

function index(text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new UsageError(`An index is a whole number from 0 on, not '${text}'.`);
}

function rangeOf({ fromIndex, toIndex, from, to }: RangeOptions) {
  const now = Date.now();
  return {
    ...(fromIndex !== undefined && { from_index: fromIndex }),
    ...(toIndex !== undefined && { to_index: toIndex }),
    ...(from !== undefined && { from: parseTime('--from', from, now) }),
    ...(to !== undefined && { to: parseTime('--to', to, now) }),
  };
}
