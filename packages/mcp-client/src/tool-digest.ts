import { hash } from 'node:crypto';
import type { Tool } from '@modelcontextprotocol/client';
import { canonicalJson } from '@patchbay/contracts';

/**
 * What a document pins of a tool at its server: SHA-256, in hex, of its name, the schema of its arguments and its hints, as
 * canonical JSON. Texts are left out, since a model is shown the document's own; so is the schema of the answer, which the
 * document picks from.
 */
export function digestOfServerTool({ name, inputSchema, annotations }: Tool): string {
  const { title: _title, ...hints } = annotations ?? {};
  return hash('sha256', canonicalJson({ name, inputSchema, hints }), 'hex');
}
