import type { IntegrationDocument } from '@patchbay/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadIntegration } from '../load-catalog.ts';
import { lintDocument } from './lint-document.ts';
import { lintInput } from './lint-input.ts';

let slack: IntegrationDocument;
beforeAll(async () => {
  slack = await loadIntegration('slack');
});

// biome-ignore lint/suspicious/noExplicitAny: a document on its way to being broken has no type.
type Loose = Record<string, any>;

const anyHost = { site: { pattern: '^[a-z0-9.-]{1,40}$' } };
/** Nothing in a real document: made of parts, so that nobody takes it for a key. */
const randomText = ['Zk3', 'qT9', 'vB7', 'mX1', 'cR5', 'nW8', 'pL2'].join('');

const cases: [string, string, string, (d: Loose) => void][] = [
  [
    'a token endpoint that a variable leads anywhere',
    'free-host',
    'auth.token_url',
    (d) => Object.assign(d, { auth: { ...d['auth'], token_url: 'https://login.{site}/token' }, variables: anyHost }),
  ],
  [
    'a list of hosts that a variable leads anywhere',
    'free-host',
    'auth.hosts[0]',
    (d) => Object.assign(d, { auth: { ...d['auth'], hosts: ['{site}'] }, variables: anyHost }),
  ],
  [
    'a step at a host that a variable leads anywhere',
    'free-host',
    'tools.upload_file.steps[0].request.base_url',
    (d) => {
      d['variables'] = anyHost;
      d['tools'].upload_file.steps[0].request.base_url = 'https://{site}:8443/api';
    },
  ],
  [
    'a fixed value that looks random',
    'no-secrets',
    'tools.post_message.parameters.key.x-const',
    (d) => (d['tools'].post_message.parameters.key = { 'x-const': randomText }),
  ],
  [
    'a fixed header that looks random',
    'no-secrets',
    'headers.X-App',
    (d) => (d['headers'] = { 'X-App': `app=${randomText}` }),
  ],
  [
    'a field that is marked safe against its name',
    'privacy-mark',
    'tools.lookup_user.parameters.email',
    (d) => (d['tools'].lookup_user.parameters.email['x-privacy'] = 'safe'),
  ],
  [
    'a field of an answer that is marked safe against its name',
    'privacy-mark',
    'tools.lookup_user.output.properties.user.properties.email',
    (d) =>
      (d['tools'].lookup_user.output = {
        type: 'object',
        properties: { user: { type: 'object', properties: { email: { type: 'string', 'x-privacy': 'safe' } } } },
      }),
  ],
  [
    'a field that opens something and is marked as a person’s',
    'privacy-mark',
    'tools.lookup_user.parameters.door_passcode',
    (d) =>
      (d['tools'].lookup_user.parameters.door_passcode = {
        type: 'string',
        maxLength: 9,
        description: 'Opens a door.',
        'x-privacy': 'pii',
      }),
  ],
  [
    'an argument for a credential',
    'secret-argument',
    'tools.post_message.parameters.api_key',
    (d) =>
      (d['tools'].post_message.parameters.api_key = {
        type: 'string',
        maxLength: 99,
        description: 'The key of the API.',
      }),
  ],
  [
    'a question about what is no argument',
    'confirm-prompt',
    'tools.post_message.confirm_prompt',
    (d) => (d['tools'].post_message.confirm_prompt = 'Shall I post that to {room}?'),
  ],
  [
    'asking without words for it',
    'confirm-prompt',
    'tools.post_message.confirm_prompt',
    (d) => {
      d['tools'].post_message.confirm = 'always';
      delete d['tools'].post_message.confirm_prompt;
    },
  ],
  [
    'too few words for search',
    'keywords',
    'tools.post_message.keywords',
    (d) => (d['tools'].post_message.keywords = ['slack', 'post']),
  ],
  [
    'a result without a limit',
    'result-size',
    'tools.post_message.response.max_bytes',
    (d) => delete d['tools'].post_message.response.max_bytes,
  ],
  [
    'a result too large for a conversation',
    'result-size',
    'tools.post_message.response.max_bytes',
    (d) => (d['tools'].post_message.response.max_bytes = 16_384),
  ],
  [
    'a text without an end',
    'text-limit',
    'tools.post_message.parameters.text',
    (d) => delete d['tools'].post_message.parameters.text.maxLength,
  ],
  [
    'a time that no zone goes with',
    'utc-designator',
    'tools.post_message.parameters.at.x-template',
    (d) => (d['tools'].post_message.parameters.at = { 'x-template': 'from {text|utc}', 'x-name': 'post_at' }),
  ],
  [
    'a description of one sentence',
    'description',
    'tools.post_message.description',
    (d) => (d['tools'].post_message.description = 'Posts a message to a channel of the workspace and returns its ts'),
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

  it('takes a host that ends in a variable whose pattern is a list of domains', () => {
    const document = structuredClone(slack) as Loose;
    document['variables'] = { region: { pattern: '^(?:acme\\.com|eu\\.acme\\.cloud)$', example: 'acme.com' } };
    document['auth'].token_url = 'https://login.{region}/token';
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });

  it('takes times with a designator, or with a zone beside them', () => {
    const document = structuredClone(slack) as Loose;
    Object.assign(document['tools'].post_message.parameters, {
      a: { 'x-template': '{text|utc}Z' },
      b: { 'x-template': '{text|utc}.000Z' },
      c: { 'x-template': '{text|utc}', 'x-name': 'start.dateTime' },
      d: { 'x-template': '{{"start": {{"dateTime": "{text|utc}", "timeZone": "UTC"}}}}' },
    });
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });

  it('takes fixed values that are words, versions and lists', () => {
    const document = structuredClone(slack) as Loose;
    document['headers'] = { 'Acme-Version': '2026-03-02', 'X-Fields': 'displayName,phoneNumbers2,emailAddresses' };
    expect(lintDocument(document as IntegrationDocument)).toEqual([]);
  });
});

describe('lintInput', () => {
  const written = { tools: { find: { idempotency: { kind: 'natural' } }, add: { risk: 'write' }, odd: null } };

  it('finds a tool that does not say whether it may be repeated', () => {
    expect(lintInput(written)).toEqual([
      expect.objectContaining({ severity: 'error', rule: 'idempotency-stated', path: 'tools.add.idempotency' }),
    ]);
  });

  it('says nothing of what is no document', () => {
    for (const input of [null, 'text', [], { tools: [] }]) expect(lintInput(input)).toEqual([]);
  });
});
