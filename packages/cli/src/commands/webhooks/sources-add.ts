import type { WebhookSourceView } from '@patchbay/contracts';
import type { WebhookScheme } from '@patchbay/webhook-schemes';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../../context.ts';
import { defineCommand, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { schemeNamed } from '../../input/hook-options.ts';
import { nameValue } from '../../input/name-value.ts';
import { readNewSecret } from '../../input/new-secret.ts';
import { wholeNumber } from '../../input/whole-number.ts';
import type { Style } from '../../render/style.ts';
import { renderSource, urlOf } from '../../render/webhook-sources.ts';

interface Options {
  readonly name?: string;
  readonly variant?: string;
  readonly setting: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly dedupWindow?: number;
  readonly secretFile?: string;
  readonly connection?: string;
  readonly events?: readonly string[];
  readonly argument: Readonly<Record<string, string>>;
}

export function addSourcesAdd(parent: Command, run: Run): void {
  defineCommand<[string | undefined], Options>(parent, run, {
    name: 'add [scheme]',
    summary: 'Take webhooks of a vendor: prints the URL to register there, and which secret it needs, or registers it',
    description:
      'Take webhooks of a vendor. Prints the URL to register there, and which secret it needs. The secret is read from a file, from standard input (-) or from a hidden prompt, and sealed here to the key of the vault. Vendors that show it only once they know the URL get theirs later, by `sources rotate-secret`.\n\nWith --connection the vendor is told of the URL over that connection, as the document of its integration says, and the secret goes from there into the vault; nothing is left to do. When that fails half way, what the vendor has is removed again, or the source says what may be left.',
    examples: [
      'patchbay webhooks sources add stripe                             # asks for the secret',
      'patchbay webhooks sources add github --secret-file secret --name "Shop repository"',
      'pass show shop/twilio | patchbay webhooks sources add twilio --secret-file -',
      'patchbay webhooks sources add paypal --setting webhook_id=WH-19973',
      'patchbay webhooks sources add --connection con_01JD0000000000000000000000 --events invoice.paid,charge.refunded',
      'patchbay webhooks sources add --connection con_01JD0000000000000000000000 --argument owner=octocat --argument repo=Hello-World',
    ],
    configure: (command) =>
      command
        .option('--name <text>', 'what people call it')
        .option('--connection <id>', 'register it at the vendor that this connection is to')
        .option('--events <names>', 'what to hear of, by the names of the vendor, with commas between them', commaList)
        .option(
          '--argument <name=value>',
          'what the vendor needs to know, such as owner and repo; may be given several times',
          nameValue,
          {},
        )
        .option('--secret-file <file>', 'the secret, in a file or on standard input (-)')
        .option('--variant <name>', 'one way of signing of the scheme only; default: whichever a request has')
        .option(
          '--setting <name=value>',
          'another value that the scheme needs; may be given several times',
          nameValue,
          {},
        )
        .option('--public-url <url>', "where vendors reach it, without a path; default: the ingress's own")
        .option(
          '--dedup-window <h>',
          'hours in which a second copy is the same event, 72 to 720',
          wholeNumber('--dedup-window', 72, 720),
        ),
    async run(context, options, id) {
      if (options.connection !== undefined) return register(context, options, options.connection, id);
      if (options.events !== undefined || Object.keys(options.argument).length > 0)
        throw new UsageError('--events and --argument go with --connection.');
      if (id === undefined)
        throw new UsageError('Say which scheme, or --connection. Schemes: patchbay webhooks schemes');
      const scheme = schemeNamed(id);
      checkAgainst(scheme, options);
      const secret = await readNewSecret(options.secretFile, scheme, context.io);
      const admin = await context.admin();
      const source = await admin.webhooks.sources.add({
        scheme: id,
        ...given(options),
        ...(secret !== null && { secret }),
      });
      context.show({ source, secret: scheme.secret, docs: scheme.docs }, () => told(source, scheme, context.style));
      return undefined;
    },
  });
}

function given({ setting, name, variant, publicUrl, dedupWindow }: Options) {
  return {
    settings: { ...setting },
    ...(name !== undefined && { name }),
    ...(variant !== undefined && { variant }),
    ...(publicUrl !== undefined && { public_url: publicUrl }),
    ...(dedupWindow !== undefined && { dedup_window_h: dedupWindow }),
  };
}

/** The vendor gives the secret, or takes one that is made for it: nobody here has one. */
async function register(
  context: CommandContext,
  options: Options,
  connection: string,
  id: string | undefined,
): Promise<undefined> {
  if (id !== undefined) throw new UsageError('Either a scheme or --connection, which means that of its integration.');
  if (options.secretFile !== undefined) throw new UsageError('--secret-file has no place beside --connection.');
  const source = await (await context.admin()).webhooks.sources.register({
    connection,
    arguments: { ...options.argument },
    ...(options.events !== undefined && { events: options.events }),
    ...given(options),
  });
  context.show({ source }, () => `${context.style.good('registered')}  ${renderSource(source, context.style)}`);
  return undefined;
}

function commaList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Write names with commas between them, such as push,issues.');
  return names;
}

/** @throws UsageError for what the scheme does not have. */
export function checkAgainst(
  { id, verify, settings }: WebhookScheme,
  { variant, setting }: { readonly variant?: string; readonly setting: Readonly<Record<string, string>> },
): void {
  const variants = verify.map((one) => one.name);
  if (variant !== undefined && !variants.includes(variant))
    throw new UsageError(`The scheme ${id} has no variant '${variant}'. It has: ${variants.join(', ')}.`);
  const unknown = Object.keys(setting).find((name) => !Object.hasOwn(settings, name));
  if (unknown !== undefined)
    throw new UsageError(
      `The scheme ${id} has no setting '${unknown}'. It has: ${Object.keys(settings).join(', ') || 'none'}.`,
    );
}

function told(source: WebhookSourceView, scheme: WebhookScheme, style: Style): string {
  const missing = Object.entries(scheme.settings).filter(([name]) => !Object.hasOwn(source.settings, name));
  return [
    `${style.good('added')}  ${source.id}  ${style.name(scheme.name)} of tenant ${source.tenant}`,
    `  register  ${style.strong(urlOf(source))}`,
    ...(isHere(source.url) ? [style.warn(`            ${onlyHere(source.id)}`)] : []),
    `  secret    ${secretLine(source, scheme)}`,
    ...missing.map(([name, meaning]) => `  setting   ${style.warn(name)} is not set: ${meaning}`),
    `  docs      ${scheme.docs}`,
  ].join('\n');
}

function isHere(url: string | null): boolean {
  return url !== null && /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
}

function onlyHere(id: string): string {
  return `Only this machine reaches it. With a tunnel: patchbay webhooks sources change ${id} --public-url <its URL>`;
}

function secretLine({ id, secrets }: WebhookSourceView, { secret }: WebhookScheme): string {
  if (secret.given_by === 'certificate') return 'none: requests name the vendor’s certificate';
  if (secrets.length > 0) return `${secret.label}: kept in the vault`;
  if (secret.given_by === 'handshake') return `${secret.label}: comes with the vendor’s handshake`;
  const from = secret.given_by === 'vendor' ? 'the vendor shows it' : 'choose one, and enter it there';
  return `${secret.label}: ${from}, then: patchbay webhooks sources rotate-secret ${id} --secret-file <file>`;
}
