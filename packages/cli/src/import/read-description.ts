import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createEgress } from '@patchbay/egress';
import { maxDescriptionBytes } from '@patchbay/openapi-import';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { readInput } from '../input/read-source.ts';
import { fetchDescription } from './fetch-description.ts';

/** Bytes from which reading takes long enough to say so. */
const largeBytes = 2 * 1_048_576;

/** The text of a file, of standard input for `-`, or behind an https URL. @throws UsageError, importError */
export async function readDescriptionSource(source: string, context: CommandContext): Promise<string> {
  const { io } = context;
  if (/^https?:\/\//i.test(source)) {
    context.note(`Fetching ${source}`);
    const egress = createEgress();
    try {
      return await fetchDescription(source, egress, io.interrupt);
    } finally {
      await egress.close();
    }
  }
  if (source === '-') return readInput(io);
  const path = resolve(io.cwd, source);
  try {
    const { size } = await stat(path);
    if (size > maxDescriptionBytes) throw new UsageError(`${source} has more than ${maxDescriptionBytes} bytes.`);
    if (size > largeBytes) context.note(`Reading ${source} (${(size / 1_048_576).toFixed(1)} MB)`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${source} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}
