import { type Agent, connectAdmin } from '@patchbay/sdk';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
let rival: Agent;
beforeAll(async () => {
  system = await startFaultSystem();
  rival = await system.agentOf('rival');
}, startTimeoutMs);
afterEach(() => system.sandbox.reset());
afterAll(() => system?.stop());

/** Publishes for both tenants. */
async function publishForBoth(document: ReturnType<typeof simpleDocument>): Promise<void> {
  await publish(system, document);
  const { nats_url, admin_credentials } = system.patchbay.facts;
  const admin = await connectAdmin({ servers: nats_url, tenant: 'rival', credentials: admin_credentials });
  await admin.addConnection({
    integration: document.id,
    credential: { type: 'bearer', token: `token-of-rival-for-${document.id}-0123456789` },
  });
  await admin.close();
}

/** How many of `total` calls failed, `width` at once. */
async function failedOf(agent: Agent, tool: string, total: number, width: number, note: string): Promise<number> {
  let failed = 0;
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < total) {
        const { status } = await agent.execute(tool, { number: next++, note }, { deadlineMs: 2_000 });
        if (status !== 'succeeded') failed++;
      }
    }),
  );
  return failed;
}

test('F23: an upstream that fails one tenant alone costs the other nothing', async () => {
  await publishForBoth(simpleDocument('partial'));
  await failedOf(rival, 'partial_look', 50, 4, 'rival');
  await system.sandbox.behave({ integration: 'partial', when: { note: 'acme' }, do: { kind: 'status', status: 500 } });
  const [failing, well] = await Promise.all([
    failedOf(system.agent, 'partial_look', 300, 8, 'acme'),
    failedOf(rival, 'partial_look', 300, 4, 'rival'),
  ]);
  expect(failing).toBe(300);
  measured({
    row: 'F23',
    what: 'failed calls of the other tenant, of 300',
    unit: 'calls',
    value: well,
    bound: 3,
  });
  // One in a hundred for this machine's own lateness: with a circuit for everyone, 260 failed.
  expect(well).toBeLessThanOrEqual(3);
});
