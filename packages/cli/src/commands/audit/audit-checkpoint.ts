import { verifyConsistency } from '@patchbay/audit-log/proofs';
import { type AuditCheckpoint, PatchbayError } from '@patchbay/contracts';
import type { Command } from 'commander';
import { openWithKeys } from '../../audit/open-with-keys.ts';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { readSource } from '../../input/read-source.ts';
import { several } from '../../input/several.ts';
import { readLogKeys } from '../../input/verifier-keys.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import { count } from '../../render/style.ts';

interface Options {
  readonly size?: number;
  readonly list?: number;
  readonly publicKey?: boolean;
  readonly since?: string;
  readonly key: readonly string[];
}

export function addAuditCheckpoint(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'checkpoint',
    summary: 'Print the newest signed checkpoint of the log',
    description:
      'Print the newest signed checkpoint of the log, to keep where the log’s operator cannot change it. With --since it is proven that the log goes on from one that you kept.',
    examples: [
      'patchbay audit checkpoint > checkpoint.txt',
      'patchbay audit checkpoint --public-key > audit.pub',
      'patchbay audit checkpoint --since checkpoint.txt --key audit.pub',
      'patchbay audit checkpoint --list 10',
    ],
    configure: (command) =>
      command
        .option('--size <n>', 'the one of this size', wholeNumber('--size', 1, Number.MAX_SAFE_INTEGER))
        .option('--list <n>', 'the newest so many, a line each', wholeNumber('--list', 1, 1_000))
        .option('--public-key', 'print the key that signs them instead')
        .option('--since <file>', 'prove that the log goes on from the checkpoint in this file')
        .option('--key <key>', 'whose signature counts: the key, or a file with it', several, []),
    async run(context, { size, list, publicKey, since, key }) {
      if ([size, list, publicKey, since].filter((one) => one !== undefined).length > 1)
        throw new UsageError('--size, --list, --public-key and --since do not go together.');
      const keys = readLogKeys('--key', key, context.io);
      const { auditLog } = await context.admin();
      if (publicKey === true) {
        const found = await auditLog.key();
        context.show(found, () => found.verifier_key);
        return undefined;
      }
      if (since !== undefined) return prove(context, await readSource(since, context.io), keys);
      const { checkpoints } = await auditLog.checkpoints(size === undefined ? { limit: list ?? 1 } : { size });
      for (const one of checkpoints) refuseUnsigned(one, keys);
      if (list !== undefined) {
        context.show({ checkpoints }, () => checkpoints.map(lineOf).join('\n') || 'There is no checkpoint yet.');
        return undefined;
      }
      const [newest] = checkpoints;
      if (newest === undefined)
        throw new PatchbayError('not_found', { message: 'There is no checkpoint yet: one follows the first event.' });
      context.show(newest, () => newest.note.trimEnd());
      return undefined;
    },
  });
}

type Keys = Parameters<typeof openWithKeys>[1];

async function prove(context: CommandContext, kept: string, keys: Keys): Promise<number> {
  const old = openWithKeys(kept, keys);
  if (old === null) throw new UsageError('--since takes a file with a checkpoint, as this command prints it.');
  if (keys.length > 0 && !old.verdict.ok) throw new UsageError('The checkpoint in the file is not signed by the key.');
  const { auditLog } = await context.admin();
  const { checkpoint, proof } = await auditLog.proveConsistency({ from: old.checkpoint.size });
  refuseUnsigned(checkpoint, keys);
  const opened = openWithKeys(checkpoint.note, keys);
  const now = opened?.checkpoint;
  const ok =
    now !== undefined &&
    now.origin === old.checkpoint.origin &&
    verifyConsistency({
      oldSize: old.checkpoint.size,
      oldRoot: old.checkpoint.root,
      size: now.size,
      root: now.root,
      proof: proof.map((hash) => Buffer.from(hash, 'base64')),
    });
  const { style } = context;
  context.show({ ok, signature_checked: keys.length > 0, from: old.checkpoint.size, proof, checkpoint }, () =>
    ok
      ? `${style.good('✔')} The log of ${count(checkpoint.size, 'record')} goes on from that of ${old.checkpoint.size.toLocaleString('en')}${keys.length > 0 ? ', and the key signed both' : ''}.`
      : `${style.bad('✘')} The log is not the one that was signed: the checkpoint of ${old.checkpoint.size.toLocaleString('en')} is of another history.`,
  );
  return ok ? exitCodes.ok : exitCodes.failed;
}

function refuseUnsigned({ note, size }: AuditCheckpoint, keys: Keys): void {
  if (keys.length > 0 && openWithKeys(note, keys)?.verdict.ok !== true)
    throw new PatchbayError('internal', { message: `The checkpoint of ${size} is not signed by the key.` });
}

function lineOf({ size, root, signed_at, kept_outside, witnesses }: AuditCheckpoint): string {
  const more = [
    kept_outside ? 'kept outside' : 'not kept outside yet',
    ...witnesses.map((name) => `signed by ${name}`),
  ];
  return `${String(size).padStart(12)}  ${root}  ${signed_at}  ${more.join(', ')}`;
}
