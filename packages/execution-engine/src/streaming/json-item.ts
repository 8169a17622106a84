import { decodeBody } from '../response/decode-body.ts';

/** JSON text of one item under the rules for whole answers: nesting bounded, no keys that reach a prototype. */
export function parseJsonItem(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  return decodeBody(Buffer.from(text), 'application/json');
}
