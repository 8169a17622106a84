import type { WebhookScheme } from '@patchbay/webhook-schemes';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';
import { promptHidden } from './prompt.ts';
import { readInput } from './read-source.ts';
import { readSecretFile, withoutLineEnd } from './secret-file.ts';

/**
 * A source's secret: from a file, from standard input for `-`, or typed in unseen. Null where nobody gave one, as for
 * vendors that show it only once they know the URL. @throws UsageError; it never holds what was read.
 */
export async function readNewSecret(
  path: string | undefined,
  { secret }: WebhookScheme,
  io: CliIo,
): Promise<string | null> {
  const comesByItself = secret.given_by === 'handshake' || secret.given_by === 'certificate';
  if (path === undefined) {
    if (comesByItself || !io.stdin.isTTY) return null;
    return checked(await promptHidden(`${secret.label} (not shown, empty for later): `, io), null);
  }
  if (secret.given_by === 'certificate')
    throw new UsageError('This vendor has no secret: its requests name its certificate.');
  const given = path === '-' ? withoutLineEnd(await readInput(io)) : await readSecretFile(path, io);
  return checked(given, path);
}

function checked(text: string, path: string | null): string | null {
  if (text.trim() !== '') return text;
  if (path === null) return null;
  throw new UsageError(`${path === '-' ? 'Standard input' : path} is empty: a blank secret would sign for everybody.`);
}
