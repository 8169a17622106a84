import { type NotVerified, readEvents, type Verified, verifyRequest } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failures.ts';
import { readHookMessage } from '../../input/hook-message.ts';
import { type HookOptions, hookOptions, hookSecret, schemeNamed } from '../../input/hook-options.ts';
import { renderSigned } from '../../render/hook-request.ts';
import { hintFor } from '../../render/refusal-hints.ts';
import { type Style, visible } from '../../render/style.ts';

interface Options extends HookOptions {
  readonly at?: string;
  readonly variant?: string;
}

export function addVerify(parent: Command, run: Run): void {
  defineCommand<[string, string], Options>(parent, run, {
    name: 'verify <scheme> <request>',
    summary: 'Say whether a captured webhook is its vendor’s, and if not, why',
    description:
      'Say whether a captured webhook is its vendor’s, and if not, at which step it failed and what the signature was computed over. The request is a file with the bytes as they came: request line, headers, an empty line, body. Nothing is sent; the secret is not shown.',
    examples: [
      'patchbay webhooks verify stripe request.http --secret-file whsec',
      'pass show slack/signing | patchbay webhooks verify slack request.http --secret-file - --at 2026-11-29T12:00:00Z',
    ],
    configure(command) {
      hookOptions(command)
        .option('--at <time>', 'when it came, as RFC 3339; default now')
        .option('--variant <name>', "one of the scheme's variants; default the first that fits");
    },
    async run(context, options, id, path) {
      const scheme = schemeNamed(id);
      const secret = await hookSecret(options, scheme, context.io);
      const now = options.at === undefined ? Date.now() : Date.parse(options.at);
      if (Number.isNaN(now)) throw new UsageError('--at takes a time such as 2026-11-29T12:00:00Z.');
      const request = await readHookMessage(path, options.url, context.io);
      const verdict = await verifyRequest(scheme, request, [{ id: 'given', value: secret, expiresAt: null }], {
        now,
        settings: options.setting,
        ...(options.variant !== undefined && { variant: options.variant }),
        fetchCertificate: () => Promise.reject(new Error('this command reaches nothing')),
      });
      const events = verdict.ok ? readEvents(scheme, verdict, options.setting) : [];
      context.show({ ...documentOf(verdict), events }, () => {
        const { style } = context;
        if (!verdict.ok)
          return [
            `${style.bad(verdict.reason)}  ${visible(verdict.message)}`,
            `${style.quiet('next')}  ${hintFor(verdict.reason)}`,
            ...signedLines(verdict, style),
          ].join('\n');
        const told = events.map((one) => `${visible(one.type)}  ${visible(one.id ?? 'without an id')}`);
        return [`${style.good('verified')}  ${scheme.name}, variant ${verdict.variant}`, ...told].join('\n');
      });
      return verdict.ok ? undefined : exitCodes.failed;
    },
  });
}

function documentOf(verdict: Verified | NotVerified): object {
  if (verdict.ok) return { ok: true, variant: verdict.variant, signed_sha256: verdict.signedSha256() };
  const { variant, reason, message, signed } = verdict;
  return {
    ok: false,
    variant,
    reason,
    message,
    signed_base64: signed === null ? null : Buffer.from(signed).toString('base64'),
  };
}

function signedLines({ signed }: NotVerified, style: Style): string[] {
  return signed === null ? [] : [renderSigned(signed, style)];
}
