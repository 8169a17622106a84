import { newId, PatchbayError, WarmRequest, type WarmRequestInput } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { expect, test } from 'vitest';
import { toolOf } from './fakes.test-support.ts';
import { createWarmSession, type WarmSessionPorts } from './warm-session.ts';

const never = new Promise<never>(() => {});
const known = (over: Partial<PreparedTool> = {}) =>
  toolOf({
    hostsFor: () => ['*.acme.com'],
    baseUrlsFor: (variables) => new Set([`https://${variables.region ?? 'api'}.acme.com/v1`, 'https://files.acme.com']),
    ...over,
  });

function harness(over: Partial<WarmSessionPorts> = {}, tool = known()) {
  const opened: unknown[][] = [];
  const borrowed: unknown[] = [];
  const warm = createWarmSession({
    tools: {
      find: (_tenant, name) => (name === 'acme_do' ? tool : null),
      findOf: (_tenant, integration) => (integration === 'acme' ? tool : null),
    },
    leases: {
      async borrow(asked) {
        borrowed.push(asked);
        return {
          connection: newId('connection'),
          credential: { type: 'bearer', token: 't' },
          variables: { region: 'eu' },
        };
      },
    },
    sockets: {
      async warm(...asked) {
        opened.push(asked);
        return true;
      },
    },
    ...over,
  });
  const run = (request: WarmRequestInput) => warm('acme', WarmRequest.parse(request), performance.now());
  return { run, opened, borrowed };
}

test('borrows the credential of each integration once, and opens a socket to each of its hosts', async () => {
  const { run, opened, borrowed } = harness();
  const { integrations, missing } = await run({ tools: ['acme_do', 'acme_do'], integrations: ['acme'] });
  expect(missing).toEqual([]);
  expect(integrations).toMatchObject([
    {
      integration: 'acme',
      ready: true,
      error: null,
      hosts: [
        { host: 'eu.acme.com', ready: true },
        { host: 'files.acme.com', ready: true },
      ],
    },
  ]);
  expect(borrowed).toMatchObject([{ tenant: 'acme', integration: 'acme', connection: undefined }]);
  expect(opened).toEqual([
    ['acme', 'https://eu.acme.com/v1', ['*.acme.com']],
    ['acme', 'https://files.acme.com', ['*.acme.com']],
  ]);
});

test('names what means nothing, and gets the rest ready', async () => {
  const { integrations, missing } = await harness().run({ tools: ['acme_do', 'acme_dont'], integrations: ['acne'] });
  expect(integrations).toHaveLength(1);
  expect(missing).toEqual(['acme_dont', 'acne']);
});

test('borrows nothing for a tool that needs no connection', async () => {
  const { run, borrowed } = harness({}, known({ needsConnection: false }));
  expect((await run({ integrations: ['acme'] })).integrations).toMatchObject([{ ready: true }]);
  expect(borrowed).toEqual([]);
});

test.each<[string, Partial<WarmSessionPorts>, string]>([
  [
    'the vault has nothing',
    { leases: { borrow: async () => Promise.reject(new PatchbayError('connection_missing')) } },
    'connection_missing',
  ],
  ['no socket can be opened', { sockets: { warm: async () => false } }, 'upstream_unreachable'],
  ['it takes too long', { leases: { borrow: () => never } }, 'deadline_exceeded'],
])('says why an integration is not ready when %s', async (_when, over, code) => {
  const { integrations } = await harness(over).run({ integrations: ['acme'], deadline_ms: 30 });
  expect(integrations).toMatchObject([{ ready: false, error: { code } }]);
});
