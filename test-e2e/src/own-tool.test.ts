import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '@patchbay/launcher';
import { connect, connectAdmin } from '@patchbay/sdk';
import { expect, test, vi } from 'vitest';
import { singleToolText } from './system.ts';

/** Another test may take the usual ones at the same moment. */
const anyPorts = 'gateway=0,ingress=0,sandbox=0';

test('a tool of one’s own can be called as soon as it is registered, also after a restart, without more set-up', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'patchbay-own-tool-'));
  try {
    for (const start of ['first', 'second']) {
      const written: string[] = [];
      const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
      const running = launch(
        ['--json', '--ports', anyPorts, '--state', stateDir],
        (text) => written.push(text),
        interrupted,
      );
      await vi.waitFor(() => expect(written).toHaveLength(1), 60_000);
      const { ready, facts, first_call } = JSON.parse(written[0] as string);
      expect(ready).toBe(true);
      expect(first_call.audit.map(({ data }: { data: { outcome: string } }) => data.outcome)).toEqual([
        'intent',
        'succeeded',
      ]);
      const place = { servers: facts.nats_url, tenant: facts.tenant };
      const admin = await connectAdmin({ ...place, credentials: facts.admin_credentials });
      const agent = await connect({ ...place, credentials: facts.agent_credentials });
      const text = singleToolText
        .replace('"id":"slack_post_message"', '"id":"my_tool"')
        .replace('slack.com', 'api.mine.example.com');
      expect(await admin.register({ text })).toMatchObject({ created: start === 'first' });
      await vi.waitFor(
        async () =>
          expect(await agent.execute('my_tool', { channel: 'C1', text: 'hi' })).toMatchObject({ status: 'succeeded' }),
        10_000,
      );
      await Promise.all([admin.close(), agent.close()]);
      interrupt();
      expect(await running).toBe(0);
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}, 180_000);
