import type { WebhookSourceView } from '@patchbay/contracts';
import { signSample } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { forwardUrl } from '../../input/forward-url.ts';
import { hookMessage } from '../../input/hook-message.ts';
import { type HookOptions, hookOptions, hookSecret, schemeNamed } from '../../input/hook-options.ts';
import { readSource } from '../../input/read-source.ts';
import { webhookId } from '../../input/webhook-id.ts';
import { duration, visible } from '../../render/style.ts';
import { sendRequest } from '../../webhooks/send-request.ts';

interface Options extends HookOptions {
  readonly sample?: string;
  readonly body?: string;
  readonly to?: string;
  readonly source?: string;
}

export function addSend(parent: Command, run: Run): void {
  defineCommand<[string | undefined], Options>(parent, run, {
    name: 'send [scheme]',
    summary: 'Sign a sample of a vendor’s webhook as the vendor would, and send it',
    description:
      'Sign a sample of a vendor’s webhook as the vendor would, and send it to --to, or to the URL of --source, whose scheme and settings it takes; without either it is printed as it would go over the wire. The secret is the one that the source was given: the vault does not hand it out. For schemes with a public key the file holds the PEM of the private key that belongs to it.',
    examples: [
      'patchbay webhooks send stripe --secret-file whsec --to http://localhost:3000/hooks/stripe',
      'patchbay webhooks send --source src_01JD0000000000000000000000 --secret-file whsec',
      'patchbay webhooks send slack --secret-file signing --body event.json > request.http',
    ],
    configure(command) {
      hookOptions(command)
        .option('--sample <name>', "which of the scheme's samples; default the first")
        .option('--body <file>', 'another body in its place')
        .option('--source <src>', 'as its vendor would send it to this source', webhookId('webhookSource'))
        .option('--to <url>', 'where to send it; signed for --url all the same');
    },
    async run(context, options, id) {
      const source = options.source === undefined ? null : await sourceToSendTo(context, options.source, id);
      const { url, setting, to } = placeOf(options, source);
      const name = id ?? source?.scheme;
      if (name == null) throw new UsageError('Name a scheme, such as stripe, or a --source.');
      const scheme = schemeNamed(name);
      const secret = await hookSecret({ ...options, url }, scheme, context.io);
      const signed = await signSample(scheme, {
        secret,
        url,
        settings: setting,
        now: Date.now(),
        ...(options.sample !== undefined && { sample: options.sample }),
        ...(options.body !== undefined && { body: await readSource(options.body, context.io) }),
      }).catch((error: Error) => {
        throw new UsageError(`It cannot be signed: ${error.message}`);
      });
      const { request } = signed;
      if (to === null) {
        // To the byte: a line feed more would be another body.
        if (!context.globals.json) context.io.stdout.write(hookMessage(request));
        else context.show({ ...request, body: Buffer.from(request.body).toString() }, () => '');
        return undefined;
      }
      const answer = await sendRequest(to, request);
      context.show(answer, () =>
        `${answer.status} in ${duration(answer.duration_ms)}  ${visible(answer.body)}`.trimEnd(),
      );
      return answer.status < 300 ? undefined : exitCodes.failed;
    },
  });
}

/** @throws UsageError for one that verifies nothing, or verifies otherwise. */
async function sourceToSendTo(
  context: CommandContext,
  id: string,
  scheme: string | undefined,
): Promise<WebhookSourceView> {
  const source = await (await context.admin()).webhooks.sources.show(id);
  if (scheme !== undefined && source.scheme !== null && source.scheme !== scheme)
    throw new UsageError(`${id} takes webhooks of ${source.scheme}, not of ${scheme}.`);
  return source;
}

/** What it is signed for, and where it goes; null: nowhere. */
function placeOf(
  options: Options,
  source: WebhookSourceView | null,
): { readonly url: string; readonly setting: Options['setting']; readonly to: string | null } {
  const to = options.to === undefined ? null : forwardUrl('--to', options.to);
  if (source === null) return { url: options.url, setting: options.setting, to };
  const url = source.url ?? to;
  if (url === null)
    throw new UsageError(
      `Nobody told the ingress where it is reached: set PATCHBAY_INGRESS_PUBLIC_URL, or name the URL of ${source.id} by --to.`,
    );
  return { url, setting: { ...source.settings, ...options.setting }, to: to ?? url };
}
