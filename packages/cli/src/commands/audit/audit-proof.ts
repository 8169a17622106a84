import { leafHash, verifyInclusion } from '@patchbay/audit-log/proofs';
import { type InclusionProof, idSchema } from '@patchbay/contracts';
import type { Command } from 'commander';
import { openWithKeys } from '../../audit/open-with-keys.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { several } from '../../input/several.ts';
import { readLogKeys } from '../../input/verifier-keys.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { count } from '../../render/style.ts';

interface Options {
  readonly size?: number;
  readonly key: readonly string[];
}

export function addAuditProof(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'proof <event>',
    summary: 'Prove that an event is in the log',
    description:
      'Prove that an event is in the log: its record, and the hashes that lead from it to the root of a signed checkpoint. They are checked here, not only where they come from; with --key the signature is, too. Recorded, as every look at an event is.',
    examples: [
      'patchbay audit proof aud_01JD0000000000000000000000',
      'patchbay audit proof aud_01JD0000000000000000000000 --key audit.pub --json',
    ],
    configure: (command) =>
      command
        .option('--size <n>', 'to the checkpoint of this size', wholeNumber('--size', 1, Number.MAX_SAFE_INTEGER))
        .option('--key <key>', 'whose signature under the checkpoint counts: the key, or a file with it', several, []),
    async run(context, { size, key }, event) {
      if (!idSchema('auditEvent').safeParse(event).success)
        throw new UsageError(`'${event}' is no id of an audit event, such as aud_01JD0000000000000000000000.`);
      const keys = readLogKeys('--key', key, context.io);
      const admin = await context.admin();
      const proof = await admin.auditLog.proveInclusion({ event_id: event, ...(size !== undefined && { size }) });
      const problem = problemOf(proof, keys);
      const { style } = context;
      context.show({ ok: problem === null, problem, signature_checked: keys.length > 0, ...proof }, () =>
        [
          problem === null
            ? `${style.good('✔')} Event ${event} is record ${proof.index} of ${proof.checkpoint.origin}, in the checkpoint of ${count(proof.checkpoint.size, 'record')}${keys.length > 0 ? ', which the key signed' : ''}.`
            : `${style.bad('✘')} ${problem}`,
          ...(proof.record === null ? ['Its body is kept no longer; the proof is of its leaf.'] : ['', proof.record]),
          '',
          ...proof.proof,
          '',
          proof.checkpoint.note.trimEnd(),
        ].join('\n'),
      );
      return problem === null ? exitCodes.ok : exitCodes.failed;
    },
  });
}

/** What is wrong with a proof, in a sentence; null for nothing. Without keys nothing is said of who signed. */
function problemOf(proof: InclusionProof, keys: Parameters<typeof openWithKeys>[1]): string | null {
  const { index, record, leaf, checkpoint } = proof;
  const opened = openWithKeys(checkpoint.note, keys);
  if (opened === null) return 'The checkpoint is no signed note.';
  const { size, root, origin } = opened.checkpoint;
  if (keys.length > 0 && !opened.verdict.ok) return 'The checkpoint is not signed by the key.';
  if (origin !== checkpoint.origin || size !== checkpoint.size) return 'The checkpoint is of another log or size.';
  const hash = Buffer.from(leaf, 'base64');
  if (record !== null && !leafHash(record).equals(hash)) return 'The record is not the one that was logged.';
  const hashes = proof.proof.map((one) => Buffer.from(one, 'base64'));
  if (!verifyInclusion({ index, size, leaf: hash, root, proof: hashes })) return 'The proof does not lead to the root.';
  return null;
}
