import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/** Bytes of a file or of standard input that are read, if the command says nothing else; nothing Patchbay takes is larger. */
const most = 2 * 1_048_576;

/** The text of standard input up to its end. @throws UsageError when it is too large. */
export async function readInput({ stdin }: CliIo, maxBytes = most): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > maxBytes) throw new UsageError(`Standard input is larger than ${maxBytes} bytes.`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The text of a file, or of standard input for `-`. @throws UsageError */
export async function readSource(path: string, io: CliIo, maxBytes = most): Promise<string> {
  if (path === '-') return readInput(io, maxBytes);
  let text: string;
  try {
    text = await readFile(resolve(io.cwd, path), 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  if (text.length > maxBytes) throw new UsageError(`${path} is larger than ${maxBytes} bytes.`);
  return text;
}

/** JSON written on the command line, in `@file`, or on standard input for `-`. @throws UsageError */
export async function readJson(option: string, source: string, io: CliIo): Promise<Record<string, unknown>> {
  const from = source.startsWith('@') ? source.slice(1) : source;
  const text = source === '-' || source.startsWith('@') ? await readSource(from, io) : source;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(
      `${option} takes a JSON object, @file or -; ${source === text ? 'this' : source} is not JSON.`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${option} takes a JSON object.`);
  return value as Record<string, unknown>;
}
