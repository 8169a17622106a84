import { type Auth, PatchbayError } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { credentialOptions, refuseOnCommandLine } from '../input/credential-options.ts';
import { type CredentialOptions, readCredential } from '../input/credential-source.ts';
import { nameValue } from '../input/name-value.ts';
import { renderTested } from './connections-test.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options extends CredentialOptions {
  readonly label?: string;
  readonly variable: Readonly<Record<string, string>>;
  readonly default?: boolean;
  readonly test: boolean;
}

export function addConnectionsAdd(parent: Command, run: Run): void {
  defineCommand<[string, string | undefined, string[]], Options>(parent, run, {
    name: 'add <integration> [source] [others...]',
    summary: 'Connect the tenant to an integration with a credential',
    description:
      'Connect the tenant to an integration with a credential. It is read from a file, from standard input (-) or from a hidden prompt, sealed here to the key of the vault, and never leaves this process in clear.',
    examples: [
      'patchbay connections add slack                      # asks for the token',
      'patchbay connections add hubspot --oauth2-file token.json --label "HubSpot, sales"',
      'pass show zendesk | patchbay connections add zendesk - --variable subdomain=acme --default',
      'patchbay connections add twilio --basic-user AC123 --password-file auth-token',
    ],
    configure(command) {
      command
        .usage('[options] <integration> [-]')
        .option('--label <text>', 'what people call it')
        .option(
          '--variable <name=value>',
          "a value for the integration's URLs; may be given several times",
          nameValue,
          {},
        )
        .option('--default', "make it the tenant's default for the integration")
        .option('--no-test', 'do not try the credential at the upstream');
      credentialOptions(command);
    },
    async run(context, options, integration, source, others) {
      refuseOnCommandLine(options, source, others);
      requireIntegrationId(integration);
      const admin = await context.admin();
      const credential = await readCredential(options, source === '-', () => authOf(admin, integration), context.io);
      const connection = await admin.addConnection({
        integration,
        credential,
        variables: options.variable,
        ...(options.label !== undefined && { label: options.label }),
        ...(options.default !== undefined && { makeDefault: options.default }),
      });
      const { style } = context;
      const tested = options.test ? await admin.testConnection(connection.id) : null;
      context.show({ connection: tested?.connection ?? connection, tested: tested?.state ?? null }, () =>
        [
          `${style.good('connected')}  ${connection.id}  ${style.name(connection.integration)} of tenant ${connection.tenant}${connection.is_default ? ', its default' : ''}`,
          `The credential (${connection.auth_type}) is in the vault.`,
          ...(tested === null || tested.state === 'unchecked' ? [] : [renderTested(tested, context)]),
        ].join('\n'),
      );
      return tested?.state === 'refused' ? exitCodes.failed : undefined;
    },
  });
}

/** The tenant's own document, else the one for every tenant. */
export async function authOf(admin: Admin, integration: string): Promise<Auth> {
  try {
    return (await admin.integration(integration, { scope: admin.tenant })).document.auth;
  } catch (error) {
    if (!(error instanceof PatchbayError && error.code === 'tool_not_found')) throw error;
    return (await admin.integration(integration)).document.auth;
  }
}
