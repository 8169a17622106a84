import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type EvidenceFile, gatherEvidence } from '../../compliance/gather-evidence.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { parseTime } from '../../input/time.ts';

interface Options {
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
}

/** Days that a bundle covers where nothing is said. */
const defaultDays = 90;

export function addComplianceEvidence(parent: Command, run: Run): void {
  defineCommand<[], Options>(parent, run, {
    name: 'evidence',
    summary: 'Gather what a running installation can show an auditor, for one tenant',
    description:
      'Gather what a running installation can show an auditor of a period, for one tenant, into a directory: controls and their tests, keys and roles, connections, policies, changes, the verification of the audit log and its checkpoints. manifest.json names each file with its SHA-256. No secret is in it. That it was asked for is recorded. Exit code 1 when a part could not be asked; the others are written.',
    examples: [
      'patchbay compliance evidence --out evidence',
      'patchbay compliance evidence --out evidence --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z',
    ],
    configure: (command) =>
      command
        .requiredOption('--out <dir>', 'where the files are written; made if missing')
        .option('--from <time>', `since when: RFC 3339, or how long ago, such as 7d (default: ${defaultDays}d)`)
        .option('--to <time>', 'until when (default: now)'),
    async run(context, { out, from, to }) {
      const now = Date.now();
      const period = {
        from: parseTime('--from', from ?? `${defaultDays}d`, now),
        to: parseTime('--to', to ?? '0s', now),
      };
      if (period.from >= period.to) throw new UsageError('--from is not before --to.');
      const admin = await context.admin();
      const files = await gatherEvidence(admin, period, (name) => context.note(name));
      const dir = resolve(context.io.cwd, out);
      const manifest = write(dir, files, period);
      context.show({ dir, ...manifest }, () =>
        [
          ...manifest.files.map(
            ({ name, error }) =>
              `${error === null ? 'ok     ' : 'failed '}  ${name}${error === null ? '' : `: ${error}`}`,
          ),
          `written to ${dir}`,
        ].join('\n'),
      );
      return files.some(({ error }) => error !== null) ? exitCodes.failed : undefined;
    },
  });
}

function write(dir: string, files: readonly EvidenceFile[], period: { from: string; to: string }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const manifest = {
    format: 'patchbay-evidence/1',
    ...period,
    gathered_at: new Date().toISOString(),
    files: files.map(({ name, says, content, error }) => {
      const text = `${JSON.stringify(content, null, 2)}\n`;
      if (error === null) writeFileSync(join(dir, name), text, { mode: 0o600 });
      return { name, says, error, sha256: error === null ? createHash('sha256').update(text).digest('hex') : null };
    }),
  };
  writeFileSync(join(dir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return manifest;
}
