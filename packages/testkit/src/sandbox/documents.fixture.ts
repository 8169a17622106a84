import { IntegrationDocument, type IntegrationDocumentInput } from '@patchbay/contracts';

/** Small documents that between them use what the format can say. */
export const chatDocument = documentOf({
  id: 'chat',
  name: 'Chat',
  version: '1.0.0',
  category: 'communication',
  description: 'A chat product.',
  base_url: 'https://chat.example/api',
  auth: { type: 'oauth2', hosts: ['chat.example', 'files.chat.example'] },
  headers: { 'Chat-Version': '2026-01-01' },
  tools: {
    post_message: {
      title: 'Post',
      description: 'Posts a message.',
      risk: 'write',
      idempotency: { kind: 'field', name: 'client_msg_id' },
      request: { method: 'POST', path: '/chat.postMessage', body: 'json' },
      parameters: {
        channel: { type: 'string', required: true },
        text: { type: 'string', required: true, maxLength: 100 },
        when: { type: 'string', format: 'date-time', 'x-name': 'schedule.at' },
        kind: { 'x-const': 'plain', 'x-name': 'schedule.kind' },
        people: { type: 'array', items: { type: 'string' }, 'x-name': 'attendees[].email' },
        unfurl: { type: 'boolean', default: true },
      },
      examples: [
        {
          arguments: { channel: 'C1', text: 'hi' },
          response: { status: 200, body: { ok: true, message: { id: 'm1' } } },
        },
        {
          arguments: { channel: 'C404', text: 'hi' },
          response: { status: 404, body: { ok: false, error: 'channel_not_found' } },
        },
      ],
    },
    get_user: {
      title: 'User',
      description: 'Reads a user.',
      risk: 'read',
      request: { method: 'GET', path: '/users/{user_id}' },
      parameters: {
        user_id: { type: 'string', required: true },
        fields: { type: 'array', items: { type: 'string' }, 'x-array-style': 'comma' },
        trace: { type: 'string', 'x-in': 'header', 'x-name': 'X-Request-Tag' },
      },
      examples: [
        {
          arguments: { user_id: 'U1' },
          response: { status: 200, body: { id: 'U1', name: 'Ada' }, headers: { 'X-Page': '1' } },
        },
      ],
    },
    me: {
      title: 'Me',
      description: 'Reads the caller.',
      risk: 'read',
      request: { method: 'GET', path: '/users/me' },
      examples: [{ arguments: {}, response: { status: 200, body: { id: 'me' } } }],
    },
    upload_file: {
      title: 'Upload',
      description: 'Uploads a file.',
      risk: 'write',
      parameters: { filename: { type: 'string', required: true }, text: { type: 'string', required: true } },
      steps: [
        {
          id: 'ticket',
          request: { method: 'GET', path: '/files.getUploadURL' },
          parameters: { filename: {}, length: { 'x-template': '{text|byte_length}' } },
        },
        {
          id: 'put',
          url_from: 'steps.ticket.upload_url',
          auth: false,
          request: { method: 'POST', path: '/', body: 'raw' },
          parameters: { text: { 'x-in': 'body_root' } },
        },
        {
          id: 'finish',
          request: { method: 'POST', path: '/files.complete' },
          parameters: {
            file: { 'x-from': 'steps.ticket.file_id', 'x-name': 'files[0].id', required: true },
            at: { 'x-from': 'clock.now' },
          },
        },
      ],
      examples: [
        {
          arguments: { filename: 'a.txt', text: 'hello' },
          responses: {
            ticket: {
              status: 200,
              body: { ok: true, upload_url: 'https://files.chat.example/up/ABC?sig=1', file_id: 'F1' },
            },
            put: { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'OK' },
            finish: { status: 200, body: { ok: true, files: [{ id: 'F1' }] } },
          },
        },
      ],
    },
  },
});

export const billingDocument = documentOf({
  id: 'billing',
  name: 'Billing',
  version: '1.0.0',
  category: 'payments',
  description: 'A billing product.',
  base_url: 'https://{region}.billing.example/v1',
  auth: { type: 'basic' },
  variables: { region: { pattern: '^(eu|us)$' } },
  tools: {
    create_invoice: {
      title: 'Invoice',
      description: 'Creates an invoice.',
      risk: 'write',
      idempotency: { kind: 'header' },
      request: { method: 'POST', path: '/invoices', body: 'form', query: { mode: 'live' } },
      parameters: {
        customer: { type: 'string', required: true },
        amount: { type: 'integer', required: true },
        draft: { type: 'boolean' },
        metadata: { type: 'object', additionalProperties: { type: 'string' } },
        tags: { type: 'array', items: { type: 'string' } },
        expand: { type: 'array', items: { type: 'string' }, 'x-array-style': 'brackets' },
        lines: {
          type: 'array',
          items: { type: 'object', properties: { price: { type: 'integer' }, name: { type: 'string' } } },
          'x-array-style': 'brackets',
        },
        address: { type: 'object', properties: { city: { type: 'string' } }, 'x-object-style': 'dots' },
        extra: { type: 'object', properties: { a: { type: 'integer' } }, 'x-object-style': 'json' },
      },
      examples: [
        {
          arguments: { customer: 'c1', amount: 5 },
          response: { status: 201, body: { data: { id: 'in_1' }, total: 5 } },
        },
      ],
    },
    delete_invoice: {
      title: 'Delete',
      description: 'Deletes an invoice.',
      risk: 'destructive',
      idempotency: { kind: 'natural' },
      request: { method: 'DELETE', path: '/invoices/{id}' },
      parameters: { id: { type: 'integer', required: true } },
      examples: [{ arguments: { id: 1 }, response: { status: 204 } }],
    },
    attach: {
      title: 'Attach',
      description: 'Attaches files.',
      risk: 'write',
      request: { method: 'POST', path: '/files', body: 'multipart' },
      parameters: {
        note: { type: 'string' },
        pages: { type: 'integer' },
        info: { type: 'object', properties: { a: { type: 'integer' } } },
        file: {
          type: 'object',
          required: true,
          properties: {
            filename: { type: 'string' },
            content_type: { type: 'string' },
            content_base64: { type: 'string' },
          },
        },
        more: {
          type: 'array',
          items: { type: 'object', properties: { text: { type: 'string' }, filename: { type: 'string' } } },
        },
      },
      examples: [{ arguments: {}, response: { status: 200, body: { id: 7 } } }],
    },
    raw_note: {
      title: 'Note',
      description: 'Sends bytes.',
      risk: 'write',
      request: { method: 'PUT', path: '/note', body: 'raw', headers: { 'Content-Type': 'text/markdown' } },
      parameters: { body: { type: 'object', 'x-in': 'body_root', properties: { text: { type: 'string' } } } },
    },
  },
});

/** Tools of one URL that differ by fixed values, a key in the query, and streams. */
export const graphDocument = documentOf({
  id: 'graph',
  name: 'Graph',
  version: '1.0.0',
  category: 'dev',
  description: 'A GraphQL product.',
  base_url: 'https://graph.example',
  auth: { type: 'api_key', in: 'query', name: 'key' },
  tools: {
    find: {
      title: 'Find',
      description: 'Finds.',
      risk: 'read',
      request: { method: 'POST', path: '/graphql' },
      parameters: {
        query: { 'x-const': 'query F($n: String) { find(name: $n) { id } }' },
        n: { type: 'string', 'x-name': 'variables.n', required: true },
      },
      examples: [{ arguments: { n: 'a' }, response: { status: 200, body: { data: { find: [{ id: 1 }] } } } }],
    },
    create: {
      title: 'Create',
      description: 'Creates.',
      risk: 'write',
      request: { method: 'POST', path: '/graphql' },
      parameters: {
        query: { 'x-const': 'mutation C($n: String) { create(name: $n) { id } }' },
        n: { type: 'string', 'x-name': 'variables.n', required: true },
      },
      examples: [{ arguments: { n: 'a' }, response: { status: 200, body: { data: { create: { id: 2 } } } } }],
    },
    soql: {
      title: 'Query',
      description: 'Queries.',
      risk: 'read',
      request: { method: 'GET', path: '/query' },
      parameters: {
        name: { type: 'string', 'x-in': 'none' },
        q: { 'x-template': "SELECT Id FROM Contact WHERE Name LIKE '%{name|soql_like}%'" },
        page: { type: ['integer', 'null'] },
      },
      examples: [{ arguments: { name: 'a' }, response: { status: 200, body: [{ Id: '1' }] } }],
    },
    feed: {
      title: 'Feed',
      description: 'Streams.',
      risk: 'read',
      request: { method: 'GET', path: '/feed' },
      response: { stream: 'sse' },
      examples: [{ arguments: {}, response: { status: 200, body: [{ n: 1 }, 'two'] } }],
    },
    lines: {
      title: 'Lines',
      description: 'Streams.',
      risk: 'read',
      request: { method: 'GET', path: '/lines' },
      response: { stream: 'ndjson' },
      examples: [{ arguments: {}, response: { status: 200, body: [{ n: 1 }, { n: 2 }] } }],
    },
    session: {
      title: 'Session',
      description: 'Reads by cookie.',
      risk: 'read',
      request: { method: 'GET', path: '/session' },
      parameters: {
        sid: { type: 'string', 'x-in': 'cookie' },
        filter: {
          type: 'object',
          properties: { a: { type: 'integer' }, b: { type: 'boolean' } },
          'x-object-style': 'form',
        },
      },
    },
    broken: {
      title: 'Broken',
      description: 'Has parameters that are no schema.',
      risk: 'read',
      request: { method: 'GET', path: '/broken' },
      parameters: { x: { type: 'object', properties: { y: { required: true } } } },
    },
  },
});

export function documentOf(document: IntegrationDocumentInput): IntegrationDocument {
  return IntegrationDocument.parse(document);
}

export const bearer = { authorization: 'Bearer xoxb-1234567890', 'chat-version': '2026-01-01' };
export const key = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
export const basic = { authorization: `Basic ${Buffer.from('sk_test:').toString('base64')}` };
