import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { HookRequest } from '@patchbay/webhook-schemes';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

const maxBytes = 2 * 1_048_576;

/**
 * A request from a file that holds it as it went over the wire: a line `POST /path HTTP/1.1`, headers, an empty line, and
 * the body's bytes to the end. Lines may end with a line feed alone. `url` is the public one it was sent to.
 * @throws UsageError
 */
export async function readHookMessage(path: string, url: string, { cwd }: Pick<CliIo, 'cwd'>): Promise<HookRequest> {
  const bytes = await readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} cannot be read (${error.code ?? 'unknown'}).`);
  });
  if (bytes.length > maxBytes) throw new UsageError(`${path} is larger than ${maxBytes} bytes.`);
  const [end, gap] = endOfHead(bytes);
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split(/\r?\n/);
  const [, method, target] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(first) ?? [];
  if (method === undefined || target === undefined) {
    throw new UsageError(`${path} does not begin with a line such as 'POST /hooks/source HTTP/1.1'.`);
  }
  const headers = lines.filter((line) => line !== '').map((line): [string, string] => headerIn(line, path));
  // The path may be a proxy's own; the query is the vendor's.
  const query = target.includes('?') && !url.includes('?') ? target.slice(target.indexOf('?')) : '';
  return { method, url: url + query, headers, body: bytes.subarray(end + gap) };
}

function endOfHead(bytes: Buffer): [end: number, gap: number] {
  const ends = ['\r\n\r\n', '\n\n'].flatMap((mark) => {
    const at = bytes.indexOf(mark);
    return at < 0 ? [] : [[at, mark.length] as [number, number]];
  });
  return ends.sort(([a], [b]) => a - b)[0] ?? [bytes.length, 0];
}

function headerIn(line: string, path: string): [string, string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new UsageError(`${path} has a line among its headers that is none.`);
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** The request as such a file. */
export function hookMessage({ method, url, headers, body }: HookRequest): Buffer {
  const { pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}
