import { type Agent, connectAdmin } from '@patchbay/sdk';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem();
}, startTimeoutMs);
afterAll(() => system?.stop());

/** By broadcast, to every executor. Without it a lease ends by itself in 30 seconds. */
const boundMs = 1_000;
const patience = { timeout: 30_000, interval: 20 };

/** Milliseconds from `revoke` until the last call began that still had the credential, while calls are made all the time. */
async function lastUse(agent: Agent, tool: string, revoke: () => Promise<unknown>): Promise<number> {
  const begun: number[] = [];
  let refused = 0;
  let over = false;
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let number = lane; !over; number += 8) {
      const at = performance.now();
      const { status } = await agent.execute(tool, { number, note: 'used' }, { deadlineMs: 2_000 });
      if (status === 'succeeded') begun.push(at);
      else refused++;
    }
  });
  // Both executors hold leases by then.
  await vi.waitFor(() => expect(begun.length).toBeGreaterThan(200), patience);
  expect(refused).toBe(0);
  const revokedAt = performance.now();
  await revoke();
  await vi.waitFor(() => expect(refused).toBeGreaterThan(500), patience);
  over = true;
  await Promise.all(lanes);
  return Math.max(...begun) - revokedAt;
}

test('a connection that is removed is used by no executor a second later', async () => {
  await publish(system, simpleDocument('removed'));
  const [connection] = await system.admin.listConnections('removed');
  const value = await lastUse(system.agent, 'removed_look', () => system.admin.removeConnection(connection?.id ?? ''));
  measured({ row: 'V20', what: 'last use of a removed connection', unit: 'ms', value, bound: boundMs });
  expect(value).toBeLessThan(boundMs);
}, 90_000);

test('nor is anything of a tenant that is erased', async () => {
  await publish(system, simpleDocument('erased'));
  const { nats_url, admin_credentials } = system.patchbay.facts;
  const admin = await connectAdmin({ servers: nats_url, tenant: 'rival', credentials: admin_credentials });
  const credential = { type: 'bearer', token: 'token-of-rival-that-is-erased-0123456789' } as const;
  await admin.addConnection({ integration: 'erased', credential });
  const rival = await system.agentOf('rival');
  const value = await lastUse(rival, 'erased_look', () => admin.vault.eraseTenant('rival'));
  measured({ row: 'V20', what: 'last use of a tenant that is erased', unit: 'ms', value, bound: boundMs });
  expect(value).toBeLessThan(boundMs);
  await admin.close();
}, 90_000);
