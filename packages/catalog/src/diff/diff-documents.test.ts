import type { IntegrationDocument } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { normaliseDocument } from '../normalise-document.ts';
import { diffDocuments } from './diff-documents.ts';
import { breakingRaise, smallRaise } from './version-raise.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document on its way to being changed has no type.
type Loose = Record<string, any>;

const base = (): Loose => ({
  id: 'desk',
  name: 'Desk',
  version: '1.0.0',
  category: 'helpdesk',
  description: 'A desk.',
  base_url: 'https://{site}.desk.example/v1',
  variables: { site: { pattern: '^[a-z]{1,20}$' } },
  auth: {
    type: 'oauth2',
    token_url: 'https://id.desk.example/t',
    authorize_url: 'https://id.desk.example/a',
    scopes: ['read'],
    hosts: ['{site}.desk.example'],
  },
  tools: {
    find: {
      title: 'Find',
      description: 'Finds tickets.',
      risk: 'read',
      idempotency: { kind: 'natural' },
      request: { method: 'GET', path: '/tickets' },
      parameters: {
        query: { type: 'string', maxLength: 100, required: true },
        state: { type: 'string', enum: ['open', 'closed'] },
        limit: { type: 'integer', minimum: 1, maximum: 50, default: 5 },
        tags: { type: 'array', items: { type: 'string' } },
        lang: { type: 'string', 'x-const': 'en' },
      },
      response: { pick: { id: 'ticket.id', subject: 'ticket.subject' }, max_items: 10 },
    },
    open: {
      title: 'Open',
      description: 'Opens a ticket.',
      risk: 'write',
      request: { method: 'POST', path: '/tickets' },
      parameters: { subject: { type: 'string', required: true } },
    },
  },
});

function document(edit: (d: Loose) => void = () => {}): IntegrationDocument {
  const written = base();
  edit(written);
  const normal = normaliseDocument(written);
  if (!normal.ok) throw new Error(JSON.stringify(normal.issues));
  return normal.document;
}

/** `! path` for what breaks, `path` for what does not. */
const changed = (edit: (d: Loose) => void) =>
  diffDocuments(document(), document(edit)).map(({ breaking, path }) => `${breaking ? '! ' : ''}${path}`);

const find = (d: Loose): Loose => d['tools'].find;
const parameters = (d: Loose): Loose => find(d)['parameters'];

describe('diffDocuments', () => {
  it('finds nothing between a document and itself, also under another version', () => {
    expect(diffDocuments(document(), document())).toEqual([]);
    expect(changed((d) => (d['version'] = '2.0.0'))).toEqual([]);
  });

  it.each<[string, string[], (d: Loose) => void]>([
    ['a tool that went', ['! tools.open'], (d) => delete d['tools'].open],
    ['a tool under another name', ['! tools.open', 'tools.open'], (d) => (d['tools'].open.name = 'desk_new_ticket')],
    [
      'a new required argument',
      ['! tools.find.parameters.team'],
      (d) => (parameters(d)['team'] = { type: 'string', required: true }),
    ],
    [
      'an argument that became required',
      ['! tools.find.parameters.state'],
      (d) => (parameters(d)['state'].required = true),
    ],
    ['an argument that went', ['! tools.find.parameters.tags'], (d) => delete parameters(d)['tags']],
    [
      'a narrower type',
      ['! tools.find.parameters.tags.items.type'],
      (d) => (parameters(d)['tags'].items.type = 'integer'),
    ],
    [
      'a type where there was none',
      ['! tools.find.parameters.any.type'],
      (d) => (parameters(d)['any'] = { type: 'string' }),
    ],
    ['fewer values', ['! tools.find.parameters.state.enum'], (d) => (parameters(d)['state'].enum = ['open'])],
    [
      'values where any was taken',
      ['! tools.find.parameters.query.enum'],
      (d) => (parameters(d)['query'].enum = ['a']),
    ],
    ['a lower maximum', ['! tools.find.parameters.limit.maximum'], (d) => (parameters(d)['limit'].maximum = 20)],
    ['a higher minimum', ['! tools.find.parameters.limit.minimum'], (d) => (parameters(d)['limit'].minimum = 2)],
    ['a shorter text', ['! tools.find.parameters.query.maxLength'], (d) => (parameters(d)['query'].maxLength = 10)],
    ['a pattern', ['! tools.find.parameters.query.pattern'], (d) => (parameters(d)['query'].pattern = '^a$')],
    ['another default', ['! tools.find.parameters.limit.default'], (d) => (parameters(d)['limit'].default = 9)],
    ['another risk', ['! tools.find.risk'], (d) => Object.assign(find(d), { risk: 'write' })],
    [
      'a repeat that is no longer harmless',
      ['! tools.find.idempotency'],
      (d) => (find(d)['idempotency'] = { kind: 'none' }),
    ],
    ['a field of the answer that went', ['! tools.find.response.pick'], (d) => delete find(d)['response'].pick.subject],
    [
      'a field from elsewhere',
      ['! tools.find.response.pick.id'],
      (d) => (find(d)['response'].pick.id = 'ticket.number'),
    ],
    ['another shape of the answer', ['! tools.find.response.pick'], (d) => (find(d)['response'].pick = ['ticket.id'])],
    ['fewer items', ['! tools.find.response.max_items'], (d) => (find(d)['response'].max_items = 5)],
    [
      'another host',
      ['! base_url'],
      (d) =>
        Object.assign(d, {
          base_url: 'https://{site}.desk.test/v1',
          auth: { ...d['auth'], hosts: ['{site}.desk.test'] },
        }),
    ],
    ['a further host', ['! auth.hosts'], (d) => d['auth'].hosts.push('files.desk.example')],
    ['a further scope', ['! auth.scopes'], (d) => d['auth'].scopes.push('write')],
    ['another kind of sign-in', ['! auth.type'], (d) => (d['auth'] = { type: 'bearer', hosts: d['auth'].hosts })],
    ['a new variable', ['! variables.region'], (d) => (d['variables'].region = { pattern: '^[a-z]{2}$' })],
    [
      'another pattern of a variable',
      ['! variables.site.pattern'],
      (d) => (d['variables'].site.pattern = '^[a-z]{2}$'),
    ],
  ])('names what breaks callers: %s', (_what, expected, edit) => {
    const before = _what.startsWith('a type where') ? document((d) => (parameters(d)['any'] = {})) : document();
    const changes = diffDocuments(before, document(edit)).map(({ breaking, path }) => `${breaking ? '! ' : ''}${path}`);
    expect(changes).toEqual(expected);
  });

  it.each<[string, string[], (d: Loose) => void]>([
    ['a new tool', ['tools.close'], (d) => (d['tools'].close = { ...d['tools'].open, title: 'Close' })],
    ['a new optional argument', ['tools.find.parameters.team'], (d) => (parameters(d)['team'] = { type: 'string' })],
    [
      'an argument that may be left out',
      ['tools.find.parameters.query'],
      (d) => delete parameters(d)['query'].required,
    ],
    ['a wider type', ['tools.find.parameters.limit.type'], (d) => (parameters(d)['limit'].type = 'number')],
    ['more values', ['tools.find.parameters.state.enum'], (d) => parameters(d)['state'].enum.push('held')],
    ['any value', ['tools.find.parameters.state.enum'], (d) => delete parameters(d)['state'].enum],
    ['a higher maximum', ['tools.find.parameters.limit.maximum'], (d) => (parameters(d)['limit'].maximum = 90)],
    ['a bound that went', ['tools.find.parameters.query.maxLength'], (d) => delete parameters(d)['query'].maxLength],
    [
      'a further field of the answer',
      ['tools.find.response.pick'],
      (d) => (find(d)['response'].pick.state = 'ticket.state'),
    ],
    ['more items', ['tools.find.response.max_items'], (d) => (find(d)['response'].max_items = 20)],
    ['another path of the same host', ['base_url'], (d) => (d['base_url'] = 'https://{site}.desk.example/v2')],
    ['another endpoint', ['tools.find'], (d) => (find(d)['request'].path = '/search')],
    ['another constant', ['tools.find'], (d) => (parameters(d)['lang']['x-const'] = 'de')],
    ['other words', ['tools.find.description'], (d) => (find(d)['description'] = 'Finds tickets by words.')],
    [
      'a new variable with a default',
      ['variables.region'],
      (d) => (d['variables'].region = { pattern: '^[a-z]{2}$', default: 'eu' }),
    ],
    ['fewer scopes', ['auth.scopes'], (d) => delete d['auth'].scopes],
  ])('lets pass what callers do not notice: %s', (_what, expected, edit) => {
    expect(changed(edit)).toEqual(expected);
  });

  it('tells what breaks first', () => {
    const both = changed((d) => {
      d['name'] = 'The Desk';
      delete d['tools'].open;
    });
    expect(both).toEqual(['! tools.open', 'name']);
  });
});

describe('a version', () => {
  it('says that it breaks callers by its first number that is not zero', () => {
    expect(['1.2.3', '0.4.1', '0.0.7'].map(breakingRaise)).toEqual(['2.0.0', '0.5.0', '0.1.0']);
  });

  it.each([
    ['1.0.0', '1.0.1', true],
    ['1.0.0', '1.9.0', true],
    ['1.0.0', '2.0.0', false],
    ['0.1.0', '0.1.1', true],
    ['0.1.0', '0.2.0', false],
    ['2.0.0', '1.0.0', false],
  ])('from %s to %s is too small a raise: %s', (from, to, small) => {
    const changes = [{ path: 'tools.a', breaking: true, message: 'went' }];
    expect(smallRaise(from, to, changes) !== null).toBe(small);
    expect(smallRaise(from, to, [{ path: 'name', breaking: false, message: 'changed' }])).toBeNull();
  });
});
