import type { IntegrationDocument } from '@patchbay/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadIntegration } from '../load-catalog.ts';
import { normaliseDocument } from '../normalise-document.ts';
import { lintDocument } from './lint-document.ts';

let slack: IntegrationDocument;
beforeAll(async () => {
  slack = await loadIntegration('slack');
});

// biome-ignore lint/suspicious/noExplicitAny: a document on its way to being broken has no type.
type Loose = Record<string, any>;

const cases: [string, string, string, (d: Loose) => void][] = [
  ['no source', 'source', 'source', (d) => delete d['source']],
  ['a date that is none', 'verified-at', 'verified_at', (d) => (d['verified_at'] = 'last week')],
  ['no health check', 'health', 'health', (d) => delete d['health']],
  [
    'a host that is a variable',
    'free-host',
    'base_url',
    (d) => Object.assign(d, { base_url: 'https://{site}/api', variables: { site: { pattern: '^[a-z.]{1,40}$' } } }),
  ],
  ['an unused variable', 'unused-variable', 'variables.site', (d) => (d['variables'] = { site: { pattern: '^a$' } })],
  [
    'a Slack token',
    'no-secrets',
    'tools.post_message.examples[0].arguments.text',
    (d) => (d['tools'].post_message.examples[0].arguments.text = ['xoxb', '123456789012', 'abcdef'].join('-')),
  ],
  ['a private key', 'no-secrets', 'description', (d) => (d['description'] = `-----BEGIN ${'RSA '}PRIVATE KEY-----`)],
  [
    'a streamed answer whose example is no list of items',
    'example-items',
    'tools.post_message.examples[0].response.body',
    (d) => Object.assign(d['tools'].post_message.response, { stream: 'ndjson' }),
  ],
  ['a long name', 'tool-name', 'tools.post_message', (d) => (d['tools'].post_message.name = 'n'.repeat(41))],
  [
    'a short description',
    'description',
    'tools.post_message.description',
    (d) => (d['tools'].post_message.description = 'Posts. Returns ts.'),
  ],
  [
    'a description without its result',
    'description-returns',
    'tools.post_message.description',
    (d) => (d['tools'].post_message.description = 'Posts a message to a channel in the workspace.'),
  ],
  [
    'an argument nobody describes',
    'argument-description',
    'tools.post_message.parameters.text',
    (d) => delete d['tools'].post_message.parameters.text.description,
  ],
  [
    'too many arguments',
    'voice-arguments',
    'tools.post_message.parameters',
    (d) => {
      for (const name of ['a', 'b', 'c'])
        d['tools'].post_message.parameters[name] = { type: 'string', description: 'One more argument.' };
    },
  ],
  [
    'a nested argument',
    'flat-arguments',
    'tools.post_message.parameters.blocks',
    (d) =>
      (d['tools'].post_message.parameters.blocks = {
        type: 'array',
        items: { type: 'object' },
        description: 'Blocks of the message.',
      }),
  ],
  [
    'a read that does not say it repeats',
    'idempotency',
    'tools.lookup_user.idempotency',
    (d) => (d['tools'].lookup_user.idempotency = { kind: 'none' }),
  ],
  [
    'a DELETE that is no destruction',
    'risk',
    'tools.post_message.risk',
    (d) => (d['tools'].post_message.request.method = 'DELETE'),
  ],
  [
    'a PATCH that is a read',
    'risk',
    'tools.lookup_user.risk',
    (d) => (d['tools'].lookup_user.request.method = 'PATCH'),
  ],
  [
    'a destruction without asking',
    'confirm',
    'tools.post_message.confirm',
    (d) => (d['tools'].post_message.risk = 'destructive'),
  ],
  ['no line to say', 'speech', 'tools.post_message.speech.done', (d) => delete d['tools'].post_message.speech.done],
  [
    'a schema past its budget',
    'schema-size',
    'tools.post_message.parameters',
    (d) => (d['tools'].post_message.parameters.text.description = 'x'.repeat(5_000)),
  ],
  [
    'a tool past its budget',
    'token-budget',
    'tools.post_message',
    (d) => (d['tools'].post_message.parameters.text.description = 'x'.repeat(5_000)),
  ],
  [
    'an integration past its budget',
    'token-budget',
    'tools',
    (d) => {
      for (const tool of Object.values(d['tools']) as Loose[]) tool['description'] = `${'x'.repeat(9_000)} Returns it.`;
    },
  ],
  ['no example', 'examples', 'tools.post_message.examples', (d) => (d['tools'].post_message.examples = [])],
  [
    'an example that does not fit',
    'example-arguments',
    'tools.post_message.examples[1].arguments',
    (d) => delete d['tools'].post_message.examples[1].arguments.text,
  ],
  [
    'an example without its answer',
    'example-response',
    'tools.post_message.examples[0].response',
    (d) => delete d['tools'].post_message.examples[0].response,
  ],
  [
    'an example without a step’s answer',
    'example-response',
    'tools.upload_file.examples[0].responses.upload',
    (d) => delete d['tools'].upload_file.examples[0].responses.upload,
  ],
  [
    'no choice of fields',
    'response-pick',
    'tools.post_message.response.pick',
    (d) => delete d['tools'].post_message.response.pick,
  ],
  [
    'a field no example has',
    'response-pick',
    'tools.post_message.response.pick[1]',
    (d) => (d['tools'].post_message.response.pick[1] = 'message.nobody'),
  ],
  [
    'a renamed field no example has',
    'response-pick',
    'tools.upload_file.response.pick.file_id',
    (d) => (d['tools'].upload_file.response.pick.file_id = 'steps.ticket.nobody'),
  ],
];

describe('lintDocument', () => {
  it.each(cases)('finds %s: %s at %s', (_what, rule, path, change) => {
    const document = structuredClone(slack);
    change(document);
    expect(lintDocument(document)).toContainEqual(
      expect.objectContaining({ rule, path, message: expect.stringMatching(/\S/) }),
    );
  });

  it('lets a pick lead into an earlier step and to the status', () => {
    const document = structuredClone(slack) as Loose;
    document['tools'].upload_file.response.pick = { id: 'steps.ticket.file_id', status: '$status' };
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });

  it('asks no health check of an API without credentials, and allows a loopback host', () => {
    const document = structuredClone(slack) as Loose;
    delete document['health'];
    document['auth'] = { type: 'none' };
    document['base_url'] = 'http://localhost:8080/{site}';
    document['variables'] = { site: { pattern: '^a$' } };
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });

  it('counts a variable as used in a header, a query, a template or a hidden parameter', () => {
    const document = structuredClone(slack) as Loose;
    const pattern = '^a$';
    document['variables'] = {
      a: { pattern },
      b: { pattern },
      c: { pattern },
      d: { pattern },
      e: { pattern },
      f: { pattern },
    };
    document['headers'] = { 'X-A': '{a}' };
    document['tools'].post_message.request.query = { b: '{b}' };
    document['tools'].post_message.request.headers = { 'X-C': '{c}' };
    document['tools'].post_message.parameters.d = { 'x-template': 'x{d|url}' };
    document['tools'].post_message.parameters.e = { 'x-from': 'connection.e' };
    document['auth'].token_url = 'https://{f}.slack.com/token';
    for (const name of ['g', 'h', 'i']) document['variables'][name] = { pattern };
    document['auth'].exchange = { url: 'https://slack.com/{g}', fields: { scope: '{h}' }, headers: { 'X-I': '{i}' } };
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });

  it('gives advice, not errors alone, on a bare single-tool document', () => {
    const result = normaliseDocument({
      id: 'ping',
      name: 'Ping',
      category: 'dev',
      description: 'Pings.',
      auth_type: 'none',
      base_url: 'https://ping.example',
      endpoints: { ping: { method: 'get', path: '/' } },
    });
    expect(result.ok && lintDocument(result.document).map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      'error source',
      'error verified-at',
      'error description',
      'warning description',
      'error description-returns',
      'warning speech',
      'warning speech',
      'warning keywords',
      'warning result-size',
      'error examples',
      'error response-pick',
    ]);
  });
});
