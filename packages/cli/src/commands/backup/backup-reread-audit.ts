import { rereadAudit } from '@patchbay/installation';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { type PlaceOptions, serversOf, stateOption } from './places.ts';

export function addBackupRereadAudit(parent: Command, run: Run): void {
  defineCommand<[], PlaceOptions>(parent, run, {
    name: 'reread-audit',
    summary: 'Have the audit service offered the whole audit stream again, for a database that was restored',
    description:
      'Have the audit service offered the whole audit stream again, as a database needs that was restored from a backup or is empty. Stop the audit service before, and provision and start it afterwards. What the database has it keeps.',
    examples: ['patchbay backup reread-audit --nats nats://n1:4222 --credentials backup.nk'],
    configure: (command) => stateOption(command),
    async run(context, options) {
      const { natsUrls, seedFile } = serversOf(context, options);
      await rereadAudit(natsUrls, seedFile);
      context.show({ reread: true }, () => `${context.style.good('done')}  Provision, then start the audit service.`);
      return undefined;
    },
  });
}
