import { readFileSync } from 'node:fs';
import { sandboxClient } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
let vendor: ReturnType<typeof sandboxClient>;
beforeAll(async () => {
  here = await startInstallation();
  const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
  vendor = sandboxClient(sandbox_url as string, readFileSync(sandbox_control_token as string, 'utf8'));
});
afterAll(() => here?.stop());

const sources = (...argv: string[]) => here.cli(['webhooks', 'sources', ...argv]);
const idIn = ({ out, err }: CliResult) => /src_[0-9A-Z]{26}/.exec(out + err)?.[0] as string;
async function connectionTo(integration: string): Promise<string> {
  return json(await here.cli(['connections', 'list', '--integration', integration, '--json'])).connections[0].id;
}
const repository = ['--argument', 'owner=octocat', '--argument', 'repo=Hello-World'];

describe('sources at their vendor', () => {
  test('are registered over a connection, and nobody sees the secret', async () => {
    const connection = await connectionTo('stripe');
    const added = await sources('add', '--connection', connection, '--events', 'invoice.paid, charge.refunded');
    expect(added).toMatchObject({ code: 0, err: '' });
    const [webhook] = await vendor.webhooks();
    expect(webhook).toMatchObject({
      url: `${here.patchbay.facts.webhooks_url}/hooks/${idIn(added)}`,
      events: ['invoice.paid', 'charge.refunded'],
    });
    expect(added.out).toContain('registered');
    expect(added.out).toContain(`vendor   webhook ${webhook?.id} of stripe, over ${connection}`);
    expect(added.out).toContain('events   invoice.paid, charge.refunded');
    const shown = await sources('show', idIn(added), '--json');
    expect(json(shown).source.upstream).toMatchObject({ state: 'registered', webhook_id: webhook?.id });
    for (const { out } of [added, shown]) expect(out).not.toContain(webhook?.secret);
    expect((await sources('remove', idIn(added))).out).not.toContain('left');
    expect(await vendor.webhooks()).toEqual([]);
  });

  test('say what the vendor needs to know, and what goes with what', async () => {
    const connection = await connectionTo('github');
    expect((await sources('add', '--connection', connection)).err).toContain('arguments.owner');
    for (const [argv, why] of [
      [['add'], 'Say which scheme'],
      [['add', 'github', '--events', 'push'], 'go with --connection'],
      [['add', 'github', ...repository], 'go with --connection'],
      [['add', 'github', '--connection', connection], 'Either a scheme or --connection'],
      [['add', '--connection', connection, '--secret-file', 'secret'], '--secret-file has no place'],
      [['add', '--connection', connection, '--events', 'push,,issues'], 'commas between them'],
    ] as const) {
      const refused = await sources(...argv);
      expect(refused.code, argv.join(' ')).toBe(2);
      expect(refused.err).toContain(why);
    }
    expect(await vendor.webhooks()).toEqual([]);
  });

  test('are not forgotten while their vendor keeps them, unless that is forced', async () => {
    const added = await sources('add', '--connection', await connectionTo('github'), ...repository);
    const [webhook] = await vendor.webhooks();
    const back = await vendor.behave({ tool: 'github_webhooks_remove', do: { kind: 'status', status: 403, body: {} } });
    const kept = await sources('remove', idIn(added));
    expect(kept.code).not.toBe(0);
    expect(kept.err).toContain(`webhook ${webhook?.id}`);
    expect((await sources('list')).out).toContain(idIn(added));
    const forced = await sources('remove', idIn(added), '--force');
    expect(forced).toMatchObject({ code: 0 });
    expect(forced.out).toContain(`left     webhook ${webhook?.id}`);
    await back();
  });

  test('say so when nobody knows what became of them', async () => {
    await vendor.reset();
    const lost = ['register', 'list'].map((call) =>
      vendor.behave({ tool: `github_webhooks_${call}`, do: { kind: 'drop', at: 'before_response' } }),
    );
    const back = await Promise.all(lost);
    const failed = await sources('add', '--connection', await connectionTo('github'), ...repository);
    expect(failed.code).not.toBe(0);
    const shown = await sources('show', idIn(failed));
    expect(shown.out).toMatch(/not settled: github may hold a webhook/);
    for (const again of back) await again();
    expect((await sources('remove', idIn(failed))).code).toBe(0);
    expect(await vendor.webhooks()).toEqual([]);
  });
});
