import { PatchbayError } from '@patchbay/contracts';
import { signSample } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../define-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failures.ts';
import { hookMessage } from '../input/hook-message.ts';
import { type HookOptions, hookOptions, hookSecret, schemeNamed } from '../input/hook-options.ts';
import { readSource } from '../input/read-source.ts';
import { visible } from '../render/style.ts';

interface Options extends HookOptions {
  readonly sample?: string;
  readonly body?: string;
  readonly to?: string;
}

/** Milliseconds that the receiver may take. */
const sendMs = 15_000;
const shownCharacters = 2_000;

export function addWebhooksSend(parent: Command, run: Run): void {
  defineCommand<[string], Options>(parent, run, {
    name: 'send <scheme>',
    summary: 'Sign a sample of a vendor’s webhook as the vendor would, and send it',
    description:
      'Sign a sample of a vendor’s webhook as the vendor would, and send it to --to; without --to it is printed as it would go over the wire. For schemes with a public key the file holds the PEM of the private key that belongs to it.',
    examples: [
      'patchbay webhooks send stripe --secret-file whsec --to http://localhost:3000/hooks/stripe',
      'patchbay webhooks send slack --secret-file signing --body event.json > request.http',
    ],
    configure(command) {
      hookOptions(command)
        .option('--sample <name>', "which of the scheme's samples; default the first")
        .option('--body <file>', 'another body in its place')
        .option('--to <url>', 'where to send it; signed for --url all the same');
    },
    async run(context, options, id) {
      const scheme = schemeNamed(id);
      const secret = await hookSecret(options, scheme, context.io);
      const { to, sample } = options;
      if (to !== undefined && !URL.canParse(to))
        throw new UsageError('--to takes a URL, such as http://localhost:3000/hook.');
      const signed = await signSample(scheme, {
        secret,
        url: options.url,
        settings: options.setting,
        now: Date.now(),
        ...(sample !== undefined && { sample }),
        ...(options.body !== undefined && { body: await readSource(options.body, context.io) }),
      }).catch((error: Error) => {
        throw new UsageError(`It cannot be signed: ${error.message}`);
      });
      const { request } = signed;
      if (to === undefined) {
        // To the byte: a line feed more would be another body.
        if (!context.globals.json) context.io.stdout.write(hookMessage(request).toString());
        else context.show({ ...request, body: Buffer.from(request.body).toString() }, () => '');
        return undefined;
      }
      const answer = await deliver(to + new URL(request.url).search, request);
      context.show(answer, () => `${answer.status}  ${visible(answer.body)}`);
      return answer.status < 300 ? undefined : exitCodes.failed;
    },
  });
}

async function deliver(url: string, { method, headers, body }: Parameters<typeof hookMessage>[0]) {
  try {
    const response = await fetch(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: 'manual',
      signal: AbortSignal.timeout(sendMs),
      ...(method === 'POST' && { body: Buffer.from(body) }),
    });
    return { status: response.status, body: (await response.text()).slice(0, shownCharacters) };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw new PatchbayError('upstream_unreachable', {
      message: `${url} cannot be reached (${cause?.code ?? (error as Error).name}).`,
    });
  }
}
