import { parseNote, type SignedNote } from '@patchbay/audit-log/proofs';
import type { Command } from 'commander';
import { exportFile } from '../../audit/export-files.ts';
import { checkpointsIn, readCheckpoint, SeenCheckpoints } from '../../audit/seen-checkpoints.ts';
import { type ComparedFiles, compareFiles, type VerifiedFile, verifyFile } from '../../audit/verify-files.ts';
import { verifyService } from '../../audit/verify-service.ts';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { several } from '../../input/several.ts';
import { parseSpan } from '../../input/time.ts';
import { readLogKeys, readWitnessKeys } from '../../input/verifier-keys.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { renderComparison, renderExportVerdict } from '../../render/export-verdict.ts';
import type { CliIo } from '../../terminal.ts';

interface Options {
  readonly key: readonly string[];
  readonly witnessKey: readonly string[];
  readonly witnesses?: number;
  readonly cosigned: readonly string[];
  readonly lastCheckpoint?: string;
  readonly checkpoints?: string;
  readonly state?: string;
  readonly timeTolerance: string;
  readonly allowWithheld?: boolean;
  readonly from?: string;
}

export function addAuditVerify(parent: Command, run: Run): void {
  defineCommand<[readonly string[]], Options>(parent, run, {
    name: 'verify [files...]',
    summary: 'Verify exports of the audit log offline, or the running service by its MACs',
    description:
      'Verify exports of the audit log by the public key alone, without asking anybody: each record, their order, their number, the checkpoints, times, ids and tenants. Names the first record that is wrong, and why. Several exports of one log are held against each other, too. Without a file it asks the running service to hold its store against what producers wrote and signed.',
    examples: [
      'patchbay audit verify export.jsonl --key patchbay/inst/acme+0a1b2c3d+AZ…',
      'patchbay audit verify export.jsonl --key audit.pub --state seen.json --json',
      'patchbay audit verify march.jsonl april.jsonl --key audit.pub --witness-key witness.pub',
      'patchbay audit verify --from 1d',
    ],
    configure: (command) =>
      command
        .option('--key <key>', 'whose signature under checkpoints counts: the key, or a file with it', several, [])
        .option('--witness-key <key>', 'a witness that must have signed the last checkpoint', several, [])
        .option('--witnesses <n>', 'so many of the witnesses are enough', wholeNumber('--witnesses', 0, 1_000))
        .option('--cosigned <file>', 'the last checkpoint as a witness signed it later', several, [])
        .option('--last-checkpoint <file>', 'a checkpoint that was seen before: tells an old export, and a fork')
        .option('--checkpoints <directory>', 'likewise, every checkpoint of the log that is anywhere in it')
        .option('--state <file>', 'remembers the last checkpoint of each log in this file, and goes by it')
        .option('--time-tolerance <span>', 'how far times may be out of order', '15m')
        .option('--allow-withheld', 'leaves may stand for records that are kept no longer')
        .option('--from <time>', 'without a file: from this time on, or so long ago'),
    async run(context, options, paths) {
      if (paths.length === 0) return verifyService(context, options.from, namesOf(options));
      if (options.key.length === 0)
        throw new UsageError(
          "Say with --key whose signature counts: the log's public key, which you have from its operator.",
        );
      if (options.from !== undefined) throw new UsageError('--from goes without a file.');
      const { io } = context;
      const { state, lastCheckpoint, checkpoints } = options;
      const files = paths.map((path) => exportFile(path, io));
      const origins = files.map(({ header }) => header?.origin);
      const rules = {
        logKeys: readLogKeys('--key', options.key, io),
        witnessKeys: readWitnessKeys('--witness-key', options.witnessKey, io),
        ...(options.witnesses !== undefined && { quorum: options.witnesses }),
        toleranceMs: parseSpan('--time-tolerance', options.timeTolerance),
        allowWithheld: options.allowWithheld === true,
        known: [
          ...(lastCheckpoint === undefined
            ? []
            : [readCheckpoint(await readSource(lastCheckpoint, io), lastCheckpoint, origins)]),
          ...(checkpoints === undefined ? [] : checkpointsIn(checkpoints, io)),
        ],
        cosigned: await readNotes(options.cosigned, io),
        seen: state === undefined ? null : SeenCheckpoints.read(state, io),
      };
      const verified: VerifiedFile[] = [];
      for (const file of files) verified.push(await verifyFile(file, rules, context));
      return conclude(context, verified, await compareFiles(files));
    },
  });
}

/** @throws UsageError */
async function readNotes(paths: readonly string[], io: CliIo): Promise<SignedNote[]> {
  const notes: SignedNote[] = [];
  for (const path of paths) {
    const note = parseNote(await readSource(path, io));
    if (note === null) throw new UsageError(`${path} holds no signed checkpoint.`);
    notes.push(note);
  }
  return notes;
}

/** What only goes with files. */
function namesOf(options: Options): string[] {
  const given: [string, boolean][] = [
    ['--key', options.key.length > 0],
    ['--witness-key', options.witnessKey.length > 0],
    ['--cosigned', options.cosigned.length > 0],
    ['--last-checkpoint', options.lastCheckpoint !== undefined],
    ['--checkpoints', options.checkpoints !== undefined],
    ['--state', options.state !== undefined],
    ['--allow-withheld', options.allowWithheld === true],
  ];
  return given.filter(([, is]) => is).map(([name]) => name);
}

function conclude(
  context: CommandContext,
  exports: readonly VerifiedFile[],
  comparisons: readonly ComparedFiles[],
): number {
  const apart = comparisons.find(({ verdict }) => verdict === 'forked');
  const ok = exports.every((verdict) => verdict.ok) && apart === undefined;
  const worst = exports.find(({ first_bad }) => first_bad !== null)?.first_bad;
  const fork = apart && { what: 'forked', index: apart.index };
  context.show({ ok, first_bad: worst ?? fork ?? null, exports, comparisons }, () =>
    [
      ...exports.map((verdict) => renderExportVerdict(verdict.file, verdict, context.style)),
      ...comparisons.map((compared) => renderComparison(compared.files, compared, context.style)),
    ].join('\n'),
  );
  return ok ? exitCodes.ok : exitCodes.failed;
}
