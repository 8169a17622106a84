import { PatchbayError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { type Erased, eraseAgain } from './erase-again.ts';

const whole = (tenant: string): Erased => ({ tenant, connections: [] });

/** Runs it over what is back. `fail` is asked before each start. */
async function run(erased: Erased[], back: Erased[], fail: (tenant: string) => Error | null = () => null) {
  const started: Erased[] = [];
  const reported: string[] = [];
  const stopping = new AbortController();
  await eraseAgain(
    {
      erased,
      backOf: async ({ tenant }) => back.find((one) => one.tenant === tenant) ?? null,
      async start(one) {
        const error = fail(one.tenant);
        if (error?.message === 'stop') stopping.abort();
        if (error !== null) throw error;
        started.push(one);
      },
      report: (_, message, { tenant }) => reported.push(`${tenant}: ${message}`),
      times: { retryMs: 1 },
    },
    stopping.signal,
  );
  return { started, reported };
}

it('erases what is back, and says so, and nothing else', async () => {
  const part = { tenant: 'globex', connections: ['con_1', 'con_2'] };
  const back = [whole('acme'), { ...part, connections: ['con_2'] }];
  const { started, reported } = await run([whole('acme'), part, whole('gone')], back);
  expect(started).toEqual(back);
  expect(reported).toEqual(
    ['acme', 'globex'].map((tenant) => `${tenant}: what was erased is in the store again, and is erased anew`),
  );
});

it('tries again while another job is in the way, and goes on to the next', async () => {
  let tries = 0;
  const both = [whole('acme'), whole('globex')];
  const { started } = await run(both, both, (tenant) =>
    tenant === 'acme' && ++tries < 3 ? new PatchbayError('in_progress') : null,
  );
  expect([tries, started]).toEqual([3, both]);
});

it('ends with its process', async () => {
  const both = [whole('acme'), whole('globex')];
  expect((await run(both, both, () => new Error('stop'))).started).toEqual([]);
});
