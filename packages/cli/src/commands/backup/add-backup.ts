import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addBackupCheck } from './backup-check.ts';
import { addBackupKey } from './backup-key.ts';
import { addBackupMake } from './backup-make.ts';
import { addBackupMirrorRoots } from './backup-mirror-roots.ts';
import { addBackupRereadAudit } from './backup-reread-audit.ts';
import { addBackupRestore } from './backup-restore.ts';
import { addBackupRestoreStreams } from './backup-restore-streams.ts';
import { addBackupUnpack } from './backup-unpack.ts';

export function addBackup(program: Command, run: Run): void {
  const backup = defineGroup(program, 'backup', 'Make backups while Patchbay runs, and restore from them');
  for (const add of [
    addBackupKey,
    addBackupMake,
    addBackupCheck,
    addBackupMirrorRoots,
    addBackupRestore,
    addBackupRestoreStreams,
    addBackupUnpack,
    addBackupRereadAudit,
  ])
    add(backup, run);
}
