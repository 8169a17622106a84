import { idSchema, maxOverlapS, type RotateCredentialResult } from '@patchbay/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { credentialOptions, refuseOnCommandLine } from '../input/credential-options.ts';
import { type CredentialOptions, readCredential } from '../input/credential-source.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { authOf } from './connections-add.ts';

interface Options extends CredentialOptions {
  readonly overlap?: number;
  readonly back?: boolean;
}

export function addConnectionsRotate(parent: Command, run: Run): void {
  defineCommand<[string, string | undefined, string[]], Options>(parent, run, {
    name: 'rotate <id> [source] [others...]',
    summary: 'Put another credential behind a connection, or go back to the one before',
    description:
      'Put another credential behind a connection. It is lent from then on; the one before is kept for the overlap, in which --back puts it into its place again, and is then destroyed. The credential is read as by `connections add`.',
    examples: [
      'patchbay connections rotate con_01JD0000000000000000000000',
      'patchbay connections rotate con_01JD0000000000000000000000 --bearer-file token --overlap 3600',
      'patchbay connections rotate con_01JD0000000000000000000000 --back',
    ],
    configure(command) {
      command
        .usage('[options] <id> [-]')
        .option(
          '--overlap <seconds>',
          'how long the present credential is kept (default: 86400)',
          wholeNumber('--overlap', 0, maxOverlapS),
        )
        .option('--back', 'go back to the credential before, instead of a new one');
      credentialOptions(command);
    },
    async run(context, options, id, source, others) {
      refuseOnCommandLine(options, source, others);
      if (!idSchema('connection').safeParse(id).success)
        throw new UsageError(`'${id}' is no connection id; 'patchbay connections list' has them.`);
      const admin = await context.admin();
      if (options.back === true) {
        show(context, 'went back', await admin.vault.revertCredential(id));
        return undefined;
      }
      const authOfConnection = async () => {
        const found = (await admin.listConnections()).find((connection) => connection.id === id);
        if (found === undefined) throw new UsageError(`The tenant ${admin.tenant} has no connection ${id}.`);
        return authOf(admin, found.integration);
      };
      const credential = await readCredential(options, source === '-', authOfConnection, context.io);
      const { overlap: overlapS } = options;
      const result = await admin.vault.rotateCredential(id, credential, overlapS === undefined ? {} : { overlapS });
      show(context, 'rotated', result);
      return undefined;
    },
  });
}

function show({ style, ...context }: CommandContext, what: string, result: RotateCredentialResult): void {
  const { connection, previous } = result;
  context.show(result, () =>
    [
      `${style.good(what)}  ${connection.id}  ${style.name(connection.integration)} of tenant ${connection.tenant}, version ${connection.credential_version}`,
      previous === null ? 'The one before is destroyed.' : `The one before is kept until ${previous.until}.`,
    ].join('\n'),
  );
}
