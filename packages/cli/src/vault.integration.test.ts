import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

describe('vault', () => {
  test('rotate-tenant-key gives the tenant a new key, shows how it gets on, and jobs keeps it', async () => {
    const rotated = await here.cli(['vault', 'rotate-tenant-key']);
    expect(rotated).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^done {2}rotate tenant key of \S+: \d+ of \d+/),
    });
    expect(rotated.err).toContain('running  rotate tenant key');
    const again = json(await here.cli(['vault', 'rotate-tenant-key', '--no-wait', '--json']));
    expect(again.job).toMatchObject({ kind: 'rotate_tenant_key', state: 'running' });
    await expect
      .poll(async () => json(await here.cli(['vault', 'jobs', '--json'])).jobs, { timeout: 30_000, interval: 300 })
      .toMatchObject([{ id: again.job.id, state: 'done', target_version: 3 }]);
    expect((await here.cli(['vault', 'jobs'])).out).toMatch(/rotate tenant key[\s\S]*done/);
    expect((await here.cli(['vault', 'jobs', 'nobody'])).out).toBe('There was no job.\n');
    expect((await here.cli(['vault', 'rotate-tenant-key', 'nobody'])).err).toContain('has no key');
    expect((await here.cli(['vault', 'rewrap'])).out).toMatch(/^done {2}wrap keys of all/);
    // Calls go on with what is under the new key.
    expect((await here.cli(['exec', 'slack_create_channel', 'name=rotated', '--json'])).code).toBe(0);
  });

  test('connections rotate puts another credential behind a connection, and goes back', async () => {
    const { connections } = json(await here.cli(['connections', 'list', '--integration', 'slack', '--json']));
    const { id } = connections[0];
    const input = '{"access_token":"xoxb-made-up"}';
    const rotated = await here.cli(['connections', 'rotate', id, '-', '--overlap', '60'], { input });
    expect(rotated.out).toMatch(/^rotated {2}con_.* version 2\nThe one before is kept until 2/);
    const back = await here.cli(['connections', 'rotate', id, '--back']);
    expect(back.out).toMatch(/^went back {2}con_.* version 3\n/);
    expect((await here.cli(['connections', 'rotate', id, '--token', 'x'])).err).toContain(
      'must not stand on the command',
    );
    expect((await here.cli(['connections', 'rotate', 'con_x', '--back'])).code).toBe(2);
    const gone = 'con_01JD0000000000000000000000';
    expect((await here.cli(['connections', 'rotate', gone])).err).toContain('has no connection');
    const without = await here.cli(['connections', 'rotate', id, '-', '--overlap', '0'], { input });
    expect(without.out).toContain('The one before is destroyed.');
  });

  test('erase-connection and erase-tenant destroy what decrypts, and print a receipt', async () => {
    const { connections } = json(await here.cli(['connections', 'list', '--integration', 'slack', '--json']));
    const gone = await here.cli(['vault', 'erase-connection', connections[0].id]);
    expect(gone).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^done {2}erase connection .* 1 keys destroyed/),
    });
    expect((await here.cli(['vault', 'erase-connection', 'con_x'])).code).toBe(2);

    const { tenant } = here.patchbay.facts as { tenant: string };
    expect((await here.cli(['vault', 'erase-tenant', tenant])).err).toContain(`--confirm ${tenant}`);
    expect((await here.cli(['vault', 'erase-tenant', 'Not An Id'])).code).toBe(2);
    const erased = await here.cli(['vault', 'erase-tenant', tenant, '--confirm', tenant, '--json']);
    expect(json(erased).job).toMatchObject({ state: 'done', kind: 'erase_tenant', keys_destroyed: 1 });
    expect((await here.cli(['exec', 'slack_create_channel', 'name=erased', '--json'])).code).not.toBe(0);
  });
});
