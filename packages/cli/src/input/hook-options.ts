import { loadSchemes, type WebhookScheme } from '@patchbay/webhook-schemes';
import type { Command } from 'commander';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { nameValue } from './name-value.ts';
import { readInput } from './read-source.ts';
import { readSecretFile, withoutLineEnd } from './secret-file.ts';

export interface HookOptions {
  readonly secretFile?: string;
  readonly url: string;
  readonly setting: Readonly<Record<string, string>>;
}

/** What commands take that sign or verify a webhook. */
export function hookOptions(command: Command): Command {
  return command
    .option('--secret-file <file>', 'the secret of the source, in a file or on standard input (-)')
    .option('--url <url>', 'the public URL of the source', 'https://hooks.example.com/hooks/source')
    .option('--setting <name=value>', 'another value of the source; may be given several times', nameValue, {});
}

/** @throws UsageError, which names those there are. */
export function schemeNamed(id: string): WebhookScheme {
  const schemes = loadSchemes();
  const scheme = schemes.get(id);
  if (scheme === undefined)
    throw new UsageError(`There is no scheme '${id}'. There are: ${[...schemes.keys()].join(', ')}.`);
  return scheme;
}

/** @throws UsageError, which holds nothing of it. */
export async function hookSecret(
  { secretFile, url }: HookOptions,
  { secret }: WebhookScheme,
  io: CliIo,
): Promise<string> {
  if (!URL.canParse(url)) throw new UsageError('--url takes a URL, such as https://hooks.example.com/hooks/source.');
  if (secretFile === undefined) throw new UsageError(`Name a file with the secret by --secret-file: ${secret.label}.`);
  return secretFile === '-' ? withoutLineEnd(await readInput(io)) : readSecretFile(secretFile, io);
}
