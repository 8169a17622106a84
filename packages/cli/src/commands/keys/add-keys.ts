import type { Command } from 'commander';
import { defineGroup, type Run } from '../../define-command.ts';
import { addKeysCreate } from './keys-create.ts';
import { addKeysList } from './keys-list.ts';
import { addKeysRevoke } from './keys-revoke.ts';
import { addKeysRotate } from './keys-rotate.ts';

export function addKeys(program: Command, run: Run): void {
  const keys = defineGroup(program, 'keys', 'Manage API keys: who may come in over HTTP');
  for (const add of [addKeysCreate, addKeysList, addKeysRotate, addKeysRevoke]) add(keys, run);
}
