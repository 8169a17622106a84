import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CosignatureAnswer, ExportLeaves, requestCosignature, type VerifierKey } from '@patchbay/audit-log/proofs';
import type { Command } from 'commander';
import { type ExportFile, exportFile } from '../../audit/export-files.ts';
import { verifyFile } from '../../audit/verify-files.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { several } from '../../input/several.ts';
import { readLogKeys, readWitnessKeys } from '../../input/verifier-keys.ts';
import { renderExportVerdict } from '../../render/export-verdict.ts';

interface Options {
  readonly key: readonly string[];
  readonly witness: string;
  readonly witnessKey: string;
  readonly out?: string;
}

const timeoutMs = 10_000;

export function addAuditCosign(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'cosign <export>',
    summary: 'Have a witness sign the last checkpoint of an export',
    description:
      'Verify an export, and have a witness sign its last checkpoint; what proves to the witness that the log only grew is made of the export. Prints the checkpoint with the witness’s signature, which patchbay audit verify takes as --cosigned.',
    examples: [
      'patchbay audit cosign export.jsonl --key audit.pub --witness http://witness.example:8440 --witness-key witness.pub --out last.note',
    ],
    configure: (command) =>
      command
        .option('--key <key>', 'whose signature under checkpoints counts: the key, or a file with it', several, [])
        .requiredOption('--witness <url>', 'where the witness is')
        .requiredOption('--witness-key <key>', 'its key, or a file with it')
        .option('--out <file>', 'writes the checkpoint there'),
    async run(context, options, path) {
      const { io, style } = context;
      if (!URL.canParse(options.witness))
        throw new UsageError('--witness takes an address such as http://localhost:8440.');
      if (options.key.length === 0)
        throw new UsageError("Say with --key whose signature counts: the log's public key.");
      const [witness] = readWitnessKeys('--witness-key', [options.witnessKey], io) as [VerifierKey];
      const file = exportFile(path, io);
      const rules = {
        logKeys: readLogKeys('--key', options.key, io),
        witnessKeys: [],
        known: [],
        seen: null,
        cosigned: [],
      };
      const verdict = await verifyFile(
        file,
        { ...rules, toleranceMs: Number.POSITIVE_INFINITY, allowWithheld: true },
        context,
      );
      if (!verdict.ok) {
        context.show(verdict, () => renderExportVerdict(path, verdict, style));
        return exitCodes.failed;
      }
      const answer = await ask(file, verdict.last_checkpoint as string, witness, options.witness);
      if (!answer.ok) {
        context.show(answer, () => `${style.bad('✘')} Not signed (${answer.status}): ${answer.detail}`);
        return exitCodes.refused;
      }
      if (options.out !== undefined) writeFileSync(resolve(io.cwd, options.out), answer.note);
      context.show({ ok: true, witness: witness.name, checkpoint: answer.note }, () =>
        options.out === undefined ? answer.note : `${style.good('✔')} Signed by ${witness.name}: ${options.out}`,
      );
      return undefined;
    },
  });
}

async function ask(file: ExportFile, note: string, witness: VerifierKey, url: string): Promise<CosignatureAnswer> {
  const size = file.header?.size as number;
  const proofFrom = async (oldSize: number) => {
    const leaves = await ExportLeaves.read(file.read());
    const proof = leaves?.consistencyProof(oldSize, size) ?? null;
    if (proof === null)
      throw new UsageError(
        `The witness saw the log at ${oldSize} records: an export from the beginning is needed to go on.`,
      );
    return proof;
  };
  try {
    return await requestCosignature({ url, note, witness, proofFrom, timeoutMs });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { cause, message } = error as Error;
    throw new Error(
      `The witness at ${new URL(url).origin} does not answer: ${(cause as Error | undefined)?.message || message}`,
    );
  }
}
