import { OAuthClient } from '@patchbay/contracts';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.ts';
import { defineCommand, type Run } from '../define-command.ts';
import { UsageError } from '../failures.ts';
import { promptHidden, promptLine } from '../input/prompt.ts';
import { readSecretFile } from '../input/secret-file.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options {
  readonly clientId?: string;
  readonly secretFile?: string;
  readonly public?: boolean;
  readonly privateKeyFile?: string;
  readonly keyId?: string;
  readonly algorithm?: OAuthClient['algorithm'];
  readonly own?: boolean;
}

export function addOAuthSetClient(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'set-client <integration>',
    summary: 'Store the app that an OAuth vendor knows you by',
    description:
      'Store the app that an OAuth vendor knows you by: the client id and secret from its developer pages. The secret is read from a file or a hidden prompt and sealed here to the key of the vault. Register the callback address there: PATCHBAY_CONNECT_URL followed by /oauth/callback.',
    examples: [
      'patchbay oauth set-client hubspot                       # asks for id and secret',
      'patchbay oauth set-client slack --client-id 12.34 --secret-file slack-secret',
      'patchbay oauth set-client docusign --client-id abc --private-key-file key.pem --algorithm RS256',
    ],
    configure: (command) =>
      command
        .option('--client-id <id>', 'the client id')
        .option('--secret-file <file>', 'file with the client secret')
        .option('--public', 'the client has no secret')
        .option('--private-key-file <file>', 'file with a private key, PKCS #8 in PEM, for signed assertions')
        .option('--key-id <kid>', 'how the vendor knows the key')
        .addOption(
          new Option('--algorithm <alg>', 'how the key signs (default RS256)').choices([
            'RS256',
            'PS256',
            'ES256',
            'EdDSA',
          ]),
        )
        .option('--own', "for the tenant's own document of the integration, instead of the platform's"),
    async run(context, options, integration) {
      requireIntegrationId(integration);
      const client = await readClient(options, context);
      const admin = await context.admin();
      const stored = await admin.oauth.setClient(integration, client, { own: options.own ?? false });
      const { style } = context;
      context.show({ client: stored }, () =>
        [
          `${style.good('stored')}  ${style.name(integration)} of ${stored.scope}: client ${stored.client_id}`,
          `Connect a tenant with: patchbay connections connect ${integration}`,
        ].join('\n'),
      );
      return undefined;
    },
  });
}

async function readClient(options: Options, { io }: CommandContext): Promise<OAuthClient> {
  const file = (path: string) => readSecretFile(path, io);
  const asks =
    options.clientId === undefined || (options.secretFile === undefined && !options.privateKeyFile && !options.public);
  if (asks && !io.stdin.isTTY)
    throw new UsageError(
      'Give --client-id, and --secret-file, --private-key-file or --public; or a terminal to ask at.',
    );
  const clientId = options.clientId ?? (await promptLine('Client id: ', io));
  const secret =
    options.secretFile !== undefined
      ? await file(options.secretFile)
      : options.privateKeyFile === undefined && !options.public
        ? await promptHidden('Client secret (not shown): ', io)
        : undefined;
  const parsed = OAuthClient.safeParse({
    client_id: clientId,
    ...(secret !== undefined && { client_secret: secret }),
    ...(options.privateKeyFile !== undefined && { private_key: await file(options.privateKeyFile) }),
    ...(options.keyId !== undefined && { key_id: options.keyId }),
    ...(options.algorithm !== undefined && { algorithm: options.algorithm }),
  });
  if (parsed.success) return parsed.data;
  // The schema's messages could quote a value.
  throw new UsageError(
    `The client is not complete: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}.`,
  );
}
