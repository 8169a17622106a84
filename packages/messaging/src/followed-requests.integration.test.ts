import { errorBody, routes } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { okay, serveExecute } from './execute-endpoint.test-support.ts';
import type { Messaging, RepeatTerms, ServedEndpoints } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let agent: Messaging;
const open: ServedEndpoints[] = [];

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme'], redis: false });
  [executor, agent] = await Promise.all([servers.connect('executor'), servers.connect('agent', 'acme')]);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});
afterAll(() => servers?.stop());

type Handler = Parameters<typeof serveExecute>[1];

async function serve(handler: Handler, on: Messaging = executor): Promise<ServedEndpoints> {
  const served = await serveExecute(on, handler);
  open.push(served);
  return served;
}

function execute(repeat: RepeatTerms<typeof routes.executeTool> = {}, timeoutMs = 8_000) {
  return agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'a_tool' }, { timeoutMs, repeat });
}

/** A process that takes one request and is gone then, as one that was killed. */
async function dying(): Promise<{ readonly taken: () => number }> {
  const mortal = await servers.connect('executor');
  let taken = 0;
  await serveExecute(mortal, async () => {
    taken++;
    await mortal.close();
    return okay('too late');
  });
  return { taken: () => taken };
}

describe('a request that may be sent again', () => {
  test('is sent again, with what is left of its time, when whoever worked on it is gone', async () => {
    const { taken } = await dying();
    const budgets: (number | null)[] = [];
    const answering = execute({ body: (leftMs) => ({ tool: 'again', deadline_ms: Math.ceil(leftMs) }) });
    await vi.waitFor(() => expect(taken()).toBe(1));
    await serve(async ({ tool, deadline_ms }, { budgetMs }) => {
      budgets.push(budgetMs);
      return okay({ tool, deadline_ms });
    });
    const { output } = await answering;
    expect(output).toMatchObject({ tool: 'again' });
    expect((output as { deadline_ms: number }).deadline_ms).toBeLessThan(8_000);
    expect(budgets[0]).toBeLessThan(8_000);
  });

  test('is not sent again while it is worked on, however long that takes', async () => {
    const handler = vi.fn<Handler>(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return okay('slow');
    });
    await serve(handler);
    expect(await execute()).toMatchObject({ output: 'slow' });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('waits a moment for somebody who serves it', async () => {
    const answering = execute();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await serve(async () => okay('there now'));
    expect(await answering).toMatchObject({ output: 'there now' });
  });

  test('fails with the code of its service when nobody comes', async () => {
    await expect(execute()).rejects.toMatchObject({ code: 'overloaded' });
  });

  test('goes on waiting when the answer to a repeat says nothing of it', async () => {
    const { taken } = await dying();
    const answering = execute({ settles: ({ status }, repeat) => !repeat || status !== 'refused' });
    await vi.waitFor(() => expect(taken()).toBe(1));
    let asked = 0;
    await serve(async () =>
      ++asked === 1
        ? { ...okay(null), status: 'refused' as const, error: errorBody('in_progress') }
        : okay('the second repeat'),
    );
    expect(await answering).toMatchObject({ output: 'the second repeat' });
    expect(asked).toBe(2);
  });

  test('ends with its time when every answer to a repeat says nothing of it', async () => {
    const { taken } = await dying();
    const answering = execute({ settles: () => false }, 2_500);
    await vi.waitFor(() => expect(taken()).toBe(1));
    await serve(async () => okay('never settled'));
    await expect(answering).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  test('is refused at once where the caller may not send it', async () => {
    const refused = agent.request(routes.executeTool, { tenant: 'rival' }, { tool: 'a_tool' }, { repeat: {} });
    await expect(refused).rejects.toMatchObject({ code: 'not_permitted' });
  });

  test('ends with its signal', async () => {
    await serve(() => new Promise((resolve) => setTimeout(resolve, 500, okay(null))));
    const leaving = new AbortController();
    const answering = agent.request(
      routes.executeTool,
      { tenant: 'acme' },
      { tool: 'a_tool' },
      { repeat: {}, signal: leaving.signal },
    );
    leaving.abort();
    await expect(answering).rejects.toMatchObject({ code: 'cancelled' });
  });
});
