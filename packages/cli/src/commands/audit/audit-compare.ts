import type { Command } from 'commander';
import { exportFile } from '../../audit/export-files.ts';
import { compareFiles } from '../../audit/verify-files.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { renderComparison } from '../../render/export-verdict.ts';

export function addAuditCompare(parent: Command, run: Run): void {
  defineCommand<[string, string], object>(parent, run, {
    name: 'compare <one> <other>',
    summary: 'Hold two exports of one log against each other, record by record',
    description:
      'Hold two exports of one log against each other, record by record, and name the first that differs. Whether either is what was logged is for patchbay audit verify: two that verify under one key and differ prove that two histories were signed.',
    examples: [
      'patchbay audit compare ours.jsonl theirs.jsonl',
      'patchbay audit compare ours.jsonl theirs.jsonl --json',
    ],
    async run({ io, style, show }, _options, one, other) {
      const [compared] = await compareFiles([exportFile(one, io), exportFile(other, io)]);
      if (compared === undefined) throw new Error('two files make one comparison');
      show(compared, () => renderComparison(compared.files, compared, style));
      return ['same', 'continues', 'apart'].includes(compared.verdict) ? exitCodes.ok : exitCodes.failed;
    },
  });
}
