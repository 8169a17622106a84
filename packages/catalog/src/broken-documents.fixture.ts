import type { Issue } from '@patchbay/contracts';
import { normaliseDocument } from './normalise-document.ts';

type Tree = Record<string, unknown>;

/** Dotted path → new value, or `undefined` to take it away. */
export type Edits = Record<string, unknown>;

/** What is broken, the path that must be named, and how to break it. */
export type BrokenCase = [what: string, issue: string, edits: Edits];

/** A small sound document of every feature; each case breaks one thing in a copy of it. */
export function soundDocument(): Tree {
  return {
    id: 'desk',
    name: 'Desk',
    version: '1.2.0',
    category: 'helpdesk',
    description: 'Tickets of a help desk.',
    base_url: 'https://{site}.desk.example/api/v2',
    auth: {
      type: 'oauth2',
      authorize_url: 'https://login.desk.example/authorize',
      token_url: 'https://login.desk.example/token',
    },
    variables: { site: { pattern: '^[a-z0-9-]{1,40}$', example: 'acme' } },
    errors: [{ when: "ok = false and error = 'gone' or $status = 410", code: 'upstream_error', message: 'error' }],
    health: { tool: 'get', arguments: { ticket_id: 'T1' } },
    tools: {
      get: {
        title: 'Get a ticket',
        description: 'Reads one ticket. Returns its subject.',
        risk: 'read',
        idempotency: { kind: 'natural' },
        request: { method: 'GET', path: '/tickets/{ticket_id}' },
        parameters: { ticket_id: { type: 'string', required: true } },
        response: { pick: ['id', 'subject'] },
      },
      add: {
        title: 'Create a ticket',
        description: 'Opens a ticket. Returns its id.',
        risk: 'write',
        idempotency: { kind: 'header', name: 'Idempotency-Key' },
        request: { method: 'POST', path: '/tickets', body: 'json' },
        parameters: {
          subject: { type: 'string', required: true, maxLength: 80 },
          requester: { type: 'string', 'x-name': 'requester.email' },
          source: { 'x-const': 'phone' },
        },
        response: { pick: { id: 'ticket.id' } },
      },
      attach: {
        title: 'Attach a file',
        description: 'Attaches text to a ticket. Returns the file id.',
        risk: 'write',
        parameters: { ticket_id: { type: 'string', required: true }, content: { type: 'string', required: true } },
        steps: [
          {
            id: 'ask',
            request: { method: 'POST', path: '/uploads' },
            parameters: { size: { 'x-template': '{content|byte_length}' } },
          },
          {
            id: 'send',
            url_from: 'steps.ask.url',
            request: { method: 'PUT', path: '/', body: 'raw' },
            parameters: { content: { 'x-in': 'body_root' } },
          },
          {
            id: 'link',
            request: { method: 'POST', path: '/tickets/{ticket_id}/files' },
            parameters: { ticket_id: {}, file: { 'x-from': 'steps.ask.file_id', required: true } },
          },
        ],
        response: { pick: ['id', 'steps.ask.file_id'] },
      },
    },
  };
}

/** A copy of the document with the edits made. */
export function edited(document: Tree, edits: Edits): Tree {
  const copy = structuredClone(document);
  for (const [path, value] of Object.entries(edits)) {
    const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
    let at: Tree = copy;
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Tree;
    }
    const last = parts.at(-1) as string;
    if (value === undefined) delete at[last];
    // An own property, even where the name would reach the prototype.
    else Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** What the normaliser says is wrong; nothing for a sound document. */
export function issuesIn(document: Tree): Issue[] {
  const result = normaliseDocument(document);
  return result.ok ? [] : result.issues;
}
