import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { VaultJob } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import { connectHttp } from '@patchbay/sdk/http';
import type { Drill } from './drill.ts';
import { publishTools, scratch, startMachine, startUpstream } from './installation.ts';

const tools = 'offboarded';

/** A tenant leaves: its log is handed out, its keys end, everything encrypted for it becomes unreadable, and others notice nothing. */
export async function offBoardingDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const stateDir = join(scratch(drill), 'state');
  const machine = await drill.step('start an installation', () => startMachine(drill, stateDir, upstream));
  await publishTools(machine, upstream, tools);
  const [leaving, admin] = [await machine.agentOf('globex'), await machine.adminOf('globex')];
  await admin.tenants.create('globex');
  const { secret } = await admin.keys.create({ name: 'drill', role: 'agent' });
  const web = await connectHttp({ url: machine.facts.gateway_url, apiKey: secret });
  const call = { number: 1 };
  for (const agent of [leaving, web, machine.agent]) {
    const { status } = await agent.execute(`${tools}_book`, call, { deadlineMs: 10_000 });
    if (status !== 'succeeded') throw new Error(`a call before ended as ${status}`);
  }

  const records = await drill.step('hand the log out', () => exportOf(admin));
  drill.figure('records handed out', records);
  await drill.step('take none of its API keys any more', async () => {
    await admin.tenants.suspend('globex');
    drill.equals(
      'its API key is',
      (await refusalOf(() => web.execute(`${tools}_look`, call))) ?? 'taken',
      'not_authenticated',
    );
  });
  const job = await drill.step('remove its connections, and erase what is encrypted for it', async () => {
    for (const { id } of await admin.listConnections(tools)) await admin.removeConnection(id);
    return finished(admin, await admin.vault.eraseTenant('globex'));
  });
  drill.equals('erasure ended as', job.state, 'done');
  const after = await leaving.execute(`${tools}_look`, call, { deadlineMs: 10_000 });
  drill.equals('a call by its NKey ends as', after.status, 'refused');
  drill.figure('with the code', after.error?.code ?? '');
  const roots = readdirSync(join(stateDir, 'roots')).filter((name) => name.startsWith('globex.'));
  drill.equals('what is left of its root', roots.join(', '), 'globex.destroyed');
  drill.equals('bytes of it', readFileSync(join(stateDir, 'roots', 'globex.destroyed')).length, 0);
  const again = await refusalOf(() =>
    admin.addConnection({ integration: tools, credential: { type: 'bearer', token: 'another-token-0123456789' } }),
  );
  drill.equals('its name is given to nobody again', again ?? 'it is', 'vault_unavailable');
  const other = await machine.agent.execute(`${tools}_book`, { number: 2 }, { deadlineMs: 10_000 });
  drill.equals("another tenant's call", other.status, 'succeeded');
  const receipt = await drill.step('find the receipt in the audit log', async () => {
    for (let tries = 0; tries < 120; tries++) {
      const { events } = await admin.queryAudit({ class: 'credential', limit: 1_000 });
      const found = events.find(
        ({ type, data }) => type === 'dev.patchbay.vault.erase_tenant' && data.outcome === 'succeeded',
      );
      if (found !== undefined) return found.id;
      await delay(500);
    }
    return null;
  });
  drill.equals('the receipt is in the audit log', String(receipt !== null), 'true');
  await machine.stop();
}

async function exportOf(admin: Admin): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      const { pieces, from_index, to_index } = await admin.audit.export();
      for await (const _piece of pieces);
      return to_index - from_index;
    } catch (error) {
      // There is nothing to hand out before the first checkpoint, which is signed within a minute.
      if (tries === 90) throw error;
      await delay(1_000);
    }
  }
}

/** The job as it ended. */
export async function finished(admin: Admin, begun: VaultJob): Promise<VaultJob> {
  for (let job = begun; ; ) {
    if (job.state !== 'running') return job;
    await delay(200);
    const found = (await admin.vault.jobs({ tenant: begun.tenant })).find(({ id }) => id === begun.id);
    if (found !== undefined) job = found;
  }
}

/** The code that something was refused with; null when it was not. */
export async function refusalOf(act: () => Promise<unknown>): Promise<string | null> {
  try {
    const result = (await act()) as { error?: { code?: string } | null } | undefined;
    return result?.error?.code ?? null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  }
}
