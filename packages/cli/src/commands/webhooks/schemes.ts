import { loadSchemes, type WebhookScheme } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import { defineCommand, type Run } from '../../define-command.ts';
import { schemeNamed } from '../../input/hook-options.ts';
import { renderTable } from '../../render/table.ts';

export function addSchemes(parent: Command, run: Run): void {
  defineCommand<[string | undefined], object>(parent, run, {
    name: 'schemes [scheme]',
    summary: 'List the vendors whose webhooks can be verified, or show how one is',
    examples: [
      'patchbay webhooks schemes',
      'patchbay webhooks schemes stripe',
      'patchbay webhooks schemes --json | jq .',
    ],
    async run(context, _options, id) {
      const { style, io } = context;
      if (id !== undefined) {
        const scheme = schemeNamed(id);
        context.show(scheme, () => describe(scheme));
        return undefined;
      }
      const schemes = [...loadSchemes().values()];
      context.show({ schemes: schemes.map(({ id, name, verify }) => ({ id, name, kinds: kindsOf(verify) })) }, () =>
        renderTable(
          schemes,
          [
            { title: 'SCHEME', value: (scheme) => scheme.id, paint: style.name },
            { title: 'VENDOR', value: ({ name }) => name },
            { title: 'VERIFIED BY', value: ({ verify }) => kindsOf(verify).join(', ') },
            { title: 'SECRET', value: ({ secret }) => secret.label, flexible: true, paint: style.quiet },
          ],
          { style, width: io.stdout.columns ?? 120 },
        ),
      );
      return undefined;
    },
  });
}

function kindsOf(verify: WebhookScheme['verify']): string[] {
  return [...new Set(verify.map((one) => ('hash' in one && one.hash ? `${one.kind} ${one.hash}` : one.kind)))];
}

function describe({ name, secret, verify, event, challenges, samples, docs, notes }: WebhookScheme): string {
  return [
    name,
    `secret     ${secret.label}; given by the ${secret.given_by}`,
    ...verify.map((one) =>
      'signed' in one
        ? `${one.name.padEnd(10)} ${one.kind} over ${one.signed}, at ${one.signatures.map(({ from }) => from).join(', ')}`
        : `${one.name.padEnd(10)} ${one.kind}`,
    ),
    `event id   ${event.id ?? 'none'}${event.id === null || event.id_signed ? '' : ', not signed'}`,
    `event type ${event.type}`,
    ...challenges.map((one) => `challenge  ${one.name}: ${one.when.methods.join(', ')}`),
    `samples    ${samples.map((one) => one.name).join(', ')}`,
    `docs       ${docs}`,
    ...(notes === undefined ? [] : [notes]),
  ].join('\n');
}
