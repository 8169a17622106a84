import { setTimeout as delay } from 'node:timers/promises';
import { type GetConnectResult, idSchema, type StartConnectResult } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { nameValue } from '../input/name-value.ts';
import { readSecretFile } from '../input/secret-file.ts';
import { wholeNumber } from '../input/whole-number.ts';
import { requireIntegrationId } from './integrations-show.ts';

interface Options {
  readonly label?: string;
  readonly variable: Readonly<Record<string, string>>;
  readonly default?: boolean;
  readonly reconnect?: string;
  readonly lifetime?: number;
  readonly subjectTokenFile?: string;
  readonly wait: boolean;
}

/** Milliseconds between two looks at whether somebody has followed a link. */
const lookMs = 1_000;

export function addConnectionsConnect(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'connect <integration>',
    summary: 'Connect the tenant to an OAuth integration: prints a link for its user, and waits',
    description:
      'Connect the tenant to an OAuth integration. Prints a link for somebody to follow in a browser, or a code to type at the vendor, and waits until it is done; integrations whose grant needs nobody are connected at once. The link works once, in one browser, for ten minutes.',
    examples: [
      'patchbay connections connect hubspot --label "HubSpot, sales"',
      'patchbay connections connect hubspot --reconnect con_01JD0000000000000000000000',
      'patchbay connections connect salesforce --no-wait --json',
    ],
    configure: (command) =>
      command
        .option('--label <text>', 'what people call it')
        .option(
          '--variable <name=value>',
          "a value for the integration's URLs; may be given several times",
          nameValue,
          {},
        )
        .option('--default', "make it the tenant's default for the integration")
        .option('--reconnect <connection>', 'give this connection a new token instead of making one')
        .option(
          '--lifetime <s>',
          'seconds in which the link works (default 600)',
          wholeNumber('--lifetime', 60, 86_400),
        )
        .option('--subject-token-file <file>', 'token to exchange, for integrations with that grant')
        .option('--no-wait', 'print the link and end'),
    async run(context, options, integration) {
      requireIntegrationId(integration);
      if (options.reconnect !== undefined && !idSchema('connection').safeParse(options.reconnect).success)
        throw new UsageError(`'${options.reconnect}' is no connection id; 'patchbay connections list' has them.`);
      const admin = await context.admin();
      const begun = await admin.oauth.connect({
        integration,
        variables: options.variable,
        ...(options.label !== undefined && { label: options.label }),
        ...(options.default !== undefined && { makeDefault: options.default }),
        ...(options.reconnect !== undefined && { connection: options.reconnect }),
        ...(options.lifetime !== undefined && { lifetimeS: options.lifetime }),
        ...(options.subjectTokenFile !== undefined && {
          subjectToken: await readSecretFile(options.subjectTokenFile, context.io),
        }),
      });
      if (begun.next === 'none') {
        context.show(begun, () => `${context.style.good('connected')}  ${begun.connection.id}`);
        return undefined;
      }
      if (!options.wait) {
        context.show(begun, () => told(begun));
        return undefined;
      }
      context.note(`${told(begun)}\nWaiting …`);
      const ended = await untilEnded(begun, (id) => admin.oauth.connectState(id));
      const { style } = context;
      context.show({ ...begun, ...ended }, () =>
        ended.state === 'connected'
          ? `${style.good('connected')}  ${ended.connection}  ${style.name(integration)} of tenant ${admin.tenant}`
          : ended.state === 'expired'
            ? `${style.bad('expired')}  Nobody followed it in time.`
            : `${style.bad('failed')}  ${ended.reason ?? 'unknown'}`,
      );
      return ended.state === 'connected' ? undefined : exitCodes.failed;
    },
  });
}

type Begun = Exclude<StartConnectResult, { next: 'none' }>;

function told(begun: Begun): string {
  return begun.next === 'link'
    ? `Open this in a browser, by ${begun.expires_at}:\n  ${begun.url}`
    : `Open ${begun.verification_uri} and type ${begun.user_code}, by ${begun.expires_at}.`;
}

async function untilEnded(
  begun: Begun,
  look: (connect: string) => Promise<GetConnectResult>,
): Promise<GetConnectResult> {
  for (;;) {
    const found = await look(begun.connect);
    if (found.state !== 'waiting') return found;
    await delay(begun.next === 'device' ? begun.interval_s * 1_000 : lookMs);
  }
}
