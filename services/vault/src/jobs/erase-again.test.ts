import { PatchbayError, type VaultJob, type VaultJobKind } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { eraseAgain } from './erase-again.ts';

interface Found {
  readonly kind?: VaultJobKind;
  readonly state?: VaultJob['state'];
  readonly keys?: number[];
}

/** Runs it over what a store has of each tenant. `fail` is asked before each start. */
async function run(found: Record<string, Found>, fail: (tenant: string) => Error | null = () => null) {
  const started: string[] = [];
  const reported: string[] = [];
  const stopping = new AbortController();
  await eraseAgain(
    {
      tenants: Object.keys(found),
      store: {
        async get(tenant) {
          const { kind, state = 'done' } = found[tenant] ?? {};
          return kind === undefined ? null : { job: { kind, state } as VaultJob, revision: 1 };
        },
      },
      keyStore: { list: async (tenant) => found[tenant]?.keys ?? [] },
      async start(tenant) {
        const error = fail(tenant);
        if (error?.message === 'stop') stopping.abort();
        if (error !== null) throw error;
        started.push(tenant);
      },
      report: (_, message, { tenant }) => reported.push(`${tenant}: ${message}`),
      times: { retryMs: 1 },
    },
    stopping.signal,
  );
  return { started, reported };
}

it('erases who has no erasure in the store, or keys in spite of it, and nobody else', async () => {
  const { started, reported } = await run({
    gone: { kind: 'erase_tenant' },
    going: { kind: 'erase_tenant', state: 'running', keys: [1] },
    unheard: {},
    rotated: { kind: 'rotate_tenant_key', keys: [2] },
    back: { kind: 'erase_tenant', keys: [1] },
  });
  expect(started).toEqual(['unheard', 'rotated', 'back']);
  expect(reported).toEqual(
    started.map((tenant) => `${tenant}: an erased tenant is in the store again, and is erased anew`),
  );
});

it('tries again while another job is in the way, and goes on to the next', async () => {
  let tries = 0;
  const { started } = await run({ acme: {}, globex: {} }, (tenant) =>
    tenant === 'acme' && ++tries < 3 ? new PatchbayError('in_progress') : null,
  );
  expect([tries, started]).toEqual([3, ['acme', 'globex']]);
});

it('ends with its process', async () => {
  expect((await run({ acme: {}, globex: {} }, () => new Error('stop'))).started).toEqual([]);
});
