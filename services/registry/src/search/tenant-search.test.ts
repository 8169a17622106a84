import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';
import { searchTools } from '../operations/search-tools.ts';
import { createTenantSearch } from './tenant-search.ts';

async function searching() {
  const registry = memoryRegistry();
  await registry.register(
    integrationDocument({
      id: 'slack',
      name: 'Slack',
      category: 'communication',
      tools: {
        post_message: {
          title: 'Post a message',
          description: 'Posts a message to a channel.',
          keywords: ['notify', 'tell the team'],
          parameters: { channel: { type: 'string', description: 'Where it goes.' } },
        },
        list_channels: { title: 'List channels', description: 'Lists the channels of the team.' },
      },
    }),
  );
  await registry.register(
    integrationDocument({
      id: 'cal',
      name: 'Calendar',
      category: 'calendar',
      tools: {
        create_event: {
          title: 'Create an event',
          description: 'Books an appointment in the calendar.',
          parameters: {
            attendees: {
              type: 'array',
              items: {
                type: 'object',
                properties: { emailAddress: { type: 'string', description: 'A guest of the meeting.' } },
              },
            },
          },
        },
        find_slots: { title: 'Find free slots', description: 'Finds when somebody is free.' },
      },
    }),
  );
  const search = createTenantSearch(registry.documents);
  const operation = searchTools({ documents: registry.documents, search, latencyOf: () => undefined });
  const names = async (query: string, tenant = 'acme', more = {}) =>
    (await operation(tenant, { query, limit: 5, ...more })).tools.map(({ name }) => name);
  return { registry, search, operation, names };
}

describe('search finds tools', () => {
  test.each([
    ['by name', 'slack_post_message', 'slack_post_message'],
    ['by title', 'free slots', 'cal_find_slots'],
    ['by keyword', 'notify', 'slack_post_message'],
    ['by description', 'appointment', 'cal_create_event'],
    ['by the name of a nested argument', 'email address', 'cal_create_event'],
    ['by the description of an argument', 'guest', 'cal_create_event'],
    ['by what somebody would say', 'please tell the team that I am late', 'slack_post_message'],
    ['with a typing mistake', 'apointmnt', 'cal_create_event'],
    ['by the beginning of a word', 'appoint', 'cal_create_event'],
  ])('%s', async (_, query, expected) => {
    const { names } = await searching();
    expect((await names(query))[0]).toBe(expected);
  });

  test('and nothing when nothing fits', async () => {
    const { names } = await searching();
    await expect(names('zebra')).resolves.toEqual([]);
    await expect(names('what is it for')).resolves.toEqual([]);
  });

  test('with falling scores, no more than asked for, of the category asked for', async () => {
    const { operation, names } = await searching();
    const { tools } = await operation('acme', { query: 'list channel event', limit: 20 });
    expect(tools.length).toBeGreaterThan(2);
    expect(tools.map(({ score }) => score)).toEqual(tools.map(({ score }) => score).toSorted((a, b) => b - a));
    await expect(names('channel event', 'acme', { limit: 1 })).resolves.toHaveLength(1);
    await expect(names('channel event', 'acme', { category: 'calendar' })).resolves.toEqual(['cal_create_event']);
  });

  test('of equal score in the order of their names', async () => {
    const { registry, names } = await searching();
    await registry.register(
      integrationDocument({
        id: 'twin',
        tools: { b: { title: 'Zebra', description: 'Zebra.' }, a: { title: 'Zebra', description: 'Zebra.' } },
      }),
    );
    await expect(names('zebra')).resolves.toEqual(['twin_a', 'twin_b']);
  });
});

describe('search follows the registry', () => {
  test('a new tool is found, a retired one is not, a changed one by its new words alone', async () => {
    const { registry, search, names } = await searching();
    search.prepare();
    await registry.register(integrationDocument({ id: 'zoo', tools: { feed: { title: 'Feed a zebra' } } }));
    await expect(names('zebra')).resolves.toEqual(['zoo_feed']);
    await registry.register(
      integrationDocument({ id: 'zoo', version: '1.1.0', tools: { feed: { title: 'Feed a giraffe' } } }),
    );
    await expect(names('zebra')).resolves.toEqual([]);
    await expect(names('giraffe')).resolves.toEqual(['zoo_feed']);
    await registry.retire('zoo');
    await expect(names('giraffe')).resolves.toEqual([]);
  });

  test("a tenant finds its own tools and its own meaning of the platform's names; others do not", async () => {
    const { registry, names } = await searching();
    await registry.register(
      integrationDocument({ id: 'slack', version: '5.0.0', tools: { post_message: { title: 'Shout at zebras' } } }),
      { scope: 'acme' },
    );
    await expect(names('zebras', 'acme')).resolves.toEqual(['slack_post_message']);
    await expect(names('zebras', 'globex')).resolves.toEqual([]);
    await expect(names('notify', 'acme')).resolves.toEqual([]);
    await expect(names('notify', 'globex')).resolves.toEqual(['slack_post_message']);
    await expect(names('appointment', 'acme')).resolves.toEqual(['cal_create_event']);
  });

  test("one tenant's ranking does not depend on another tenant's tools", async () => {
    const { registry, operation } = await searching();
    const before = await operation('globex', { query: 'appointment', limit: 5 });
    await registry.register(
      integrationDocument({ id: 'own', tools: { book: { title: 'Appointment' }, cancel: { title: 'Appointment' } } }),
      { scope: 'acme' },
    );
    await expect(operation('globex', { query: 'appointment', limit: 5 })).resolves.toEqual(before);
  });

  test('more tenants with tools of their own than indexes are kept are all served', async () => {
    const { registry, names } = await searching();
    const tenants = Array.from({ length: 40 }, (_, i) => `tenant-${i}`);
    for (const tenant of tenants)
      await registry.register(integrationDocument({ id: 'own', tools: { feed: { title: 'Feed a zebra' } } }), {
        scope: tenant,
      });
    for (const tenant of [...tenants, ...tenants]) await expect(names('zebra', tenant)).resolves.toEqual(['own_feed']);
  });
});
