import { hash } from 'node:crypto';
import type { Tool } from '@modelcontextprotocol/client';

/**
 * What a document pins of a tool at its server: SHA-256, in hex, of its name, the schema of its arguments and its hints, as
 * canonical JSON. Texts are left out, since a model is shown the document's own; so is the schema of the answer, which the
 * document picks from.
 */
export function digestOfServerTool({ name, inputSchema, annotations }: Tool): string {
  const { title: _title, ...hints } = annotations ?? {};
  return hash('sha256', canonical({ name, inputSchema, hints }), 'hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
