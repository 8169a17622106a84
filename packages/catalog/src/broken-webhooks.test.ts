import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn, soundDocument } from './broken-documents.fixture.ts';
import { lintDocument, loadCatalog, normaliseDocument } from './index.ts';

const webhooks = {
  scheme: 'github',
  register: {
    request: { method: 'POST', path: '/hooks' },
    parameters: {
      team: { type: 'string', required: true },
      url: { 'x-from': 'webhook.url' },
      key: { 'x-from': 'webhook.secret' },
    },
    response: { id: 'id', settings: { region: 'region' } },
  },
  list: { request: { method: 'GET', path: '/hooks' }, response: { items: 'hooks', id: 'id', url: 'url' } },
  remove: { request: { method: 'DELETE', path: '/hooks/{webhook.id}' } },
};
const sound = () => edited(soundDocument(), { webhooks: structuredClone(webhooks) });
const register = 'webhooks.register';

const cases: BrokenCase[] = [
  ['a scheme that is no name', 'webhooks.scheme', { 'webhooks.scheme': 'Git Hub' }],
  ['what cannot be removed again', 'webhooks', { 'webhooks.remove': undefined }],
  ['a list of what cannot be registered', 'webhooks', { [register]: undefined, 'webhooks.remove': undefined }],
  ['an unknown field', 'webhooks.update', { 'webhooks.update': {} }],
  ['no URL of ours', register, { [`${register}.parameters.url`]: { 'x-const': 'https://a.example' } }],
  [
    'a parameter whose name holds a dot',
    `${register}.parameters.webhook.url`,
    {
      [register]: { ...webhooks.register, parameters: { 'webhook.url': { type: 'string' } } },
    },
  ],
  ['a secret that both make', `${register}.response.secret`, { [`${register}.response.secret`]: 'secret' }],
  ['an id that nobody has yet', register, { [`${register}.parameters.id`]: { 'x-from': 'webhook.id' } }],
  ['a secret that is sent again', 'webhooks.list', { 'webhooks.list.parameters.key': { 'x-from': 'webhook.secret' } }],
  ['a setting that nobody keeps', 'webhooks.remove', { 'webhooks.remove.parameters.s': { 'x-from': 'setting.size' } }],
  [
    'what of ours there is not',
    `${register}.parameters.x.x-from`,
    { [`${register}.parameters.x`]: { 'x-from': 'webhook.name' } },
  ],
  [
    'a template of what there is not',
    `${register}.parameters.x.x-template`,
    {
      [`${register}.parameters.x`]: { 'x-template': '{webhook.name}' },
    },
  ],
  ['nothing that says which one to remove', 'webhooks.remove', { 'webhooks.remove.request.path': '/hooks' }],
  ['a path of many ids', `${register}.response.id`, { [`${register}.response.id`]: 'hooks[].id' }],
  ['a path that is none', 'webhooks.list.response.url', { 'webhooks.list.response.url': 'a..b' }],
  [
    'a setting’s path that is none',
    `${register}.response.settings.region`,
    { [`${register}.response.settings.region`]: '.' },
  ],
  [
    'an end that nobody says when',
    `${register}.lifetime_s`,
    { [`${register}.parameters.end`]: { 'x-from': 'webhook.until' } },
  ],
  ['a lifetime that is not asked for', `${register}.lifetime_s`, { [`${register}.lifetime_s`]: 86_400 }],
  [
    'an end that the answer does not tell',
    `${register}.response.expires_at`,
    { [`${register}.parameters.end`]: { 'x-from': 'webhook.until' }, [`${register}.lifetime_s`]: 86_400 },
  ],
  ['a body on a GET', 'webhooks.list.request.body', { 'webhooks.list.request.body': 'json' }],
  [
    'a placeholder that nothing fills',
    'webhooks.remove.request.path',
    { 'webhooks.remove.request.path': '/{team}/{webhook.id}' },
  ],
  [
    'an error rule that is none',
    `${register}.errors[0].when`,
    { [`${register}.errors`]: [{ when: 'so', code: 'upstream_error' }] },
  ],
  [
    'a host of somebody else',
    `${register}.request.base_url`,
    { [`${register}.request.base_url`]: 'https://evil.example' },
  ],
];

describe('webhooks of a document', () => {
  it('are sound', () => expect(issuesIn(sound())).toEqual([]));

  it.each(cases)('may not have %s', (_what, path, edits) => {
    expect(issuesIn(edited(sound(), edits)).map((issue) => issue.path)).toContain(path);
  });

  it('have examples', () => {
    const result = normaliseDocument(edited(sound(), { 'webhooks.list': undefined }));
    const said = result.ok ? lintDocument(result.document).map(({ rule, path }) => `${rule} ${path}`) : [];
    expect(said).toEqual(
      expect.arrayContaining([
        'examples webhooks.register.examples',
        'examples webhooks.remove.examples',
        'response-pick webhooks.register.response.id',
      ]),
    );
  });

  // Reads the whole catalogue.
  it('in the catalogue have schemes that there are', { timeout: 60_000 }, async () => {
    const schemes = await readdir(new URL('../../webhook-schemes/schemes', import.meta.url));
    const named = (await loadCatalog()).flatMap(({ webhooks: said }) => (said === undefined ? [] : [said.scheme]));
    expect(named).toEqual(expect.arrayContaining(['asana', 'github', 'stripe']));
    expect(schemes).toEqual(expect.arrayContaining(named.map((scheme) => `${scheme}.yaml`)));
  });
});
