import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PatchbayError } from '@patchbay/contracts';
import { parse } from 'yaml';
import { WebhookScheme } from './scheme.ts';

/** Where the schemes that come with Patchbay lie: one `<id>.yaml` each. */
export const schemesDirectory: string = fileURLToPath(new URL('../schemes', import.meta.url));

/** Every scheme of a directory by id. @throws PatchbayError `invalid_request` for the first document that is not sound. */
export function loadSchemes(directory: string = schemesDirectory): ReadonlyMap<string, WebhookScheme> {
  const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
  return new Map(files.sort().map((file) => [file.slice(0, -'.yaml'.length), loadScheme(directory, file)]));
}

function loadScheme(directory: string, file: string): WebhookScheme {
  const read = WebhookScheme.safeParse(parse(readFileSync(join(directory, file), 'utf8'), { schema: 'core' }));
  const issues = read.success ? [] : read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  if (read.success && `${read.data.id}.yaml` !== file)
    issues.push({ path: 'id', message: `is not the name of the file` });
  if (read.success && issues.length === 0) return read.data;
  throw new PatchbayError('invalid_request', {
    message: `Webhook scheme ${file} is not sound: ${issues[0]?.path}: ${issues[0]?.message}`,
    details: { file, issues },
  });
}
