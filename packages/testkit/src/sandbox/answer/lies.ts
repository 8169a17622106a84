import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Lie } from '../types.ts';
import type { Answer } from './answer.ts';

const json = 'application/json; charset=utf-8';
/** Decompressed size of the bomb; over the wire it is about a thousandth of it. */
const bombBytes = 64 * 1024 * 1024;
let bomb: Promise<Buffer> | null = null;

/** A lie that fits in one answer; `huge` and `content_length` need the socket and are told elsewhere. */
export async function lieOf(kind: Exclude<Lie, 'huge' | 'content_length'>, truth: Answer): Promise<Answer> {
  switch (kind) {
    case 'html':
      return {
        status: 200,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: Buffer.from('<!doctype html><html><body><h1>We will be right back</h1></body></html>'),
      };
    case 'broken_json':
      return {
        status: 200,
        headers: { 'content-type': json },
        body: Buffer.from(`{"cut": [${truth.body.toString('utf8').slice(0, 40)}`),
      };
    case 'wrong_charset':
      // Says UTF-8, but a lone 0xE9 ("é" in Latin-1) is none.
      return { status: 200, headers: { 'content-type': json }, body: Buffer.from('{"name":"Ren\u00e9"}', 'latin1') };
    case 'bomb': {
      bomb ??= promisify(gzip)(
        Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(bombBytes, 0x20), Buffer.from('"}')]),
        { level: 9 },
      );
      return { status: 200, headers: { 'content-type': json, 'content-encoding': 'gzip' }, body: await bomb };
    }
  }
}
