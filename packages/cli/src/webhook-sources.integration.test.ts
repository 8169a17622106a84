import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const secret = 'whsec_canary_7Qd2mX9pL4';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
  writeFileSync(join(here.cwd, 'secret'), `${secret}\n`, { mode: 0o600 });
  writeFileSync(join(here.cwd, 'other'), 'whsec_another_canary\n', { mode: 0o600 });
});
afterAll(() => here?.stop());

const webhooks = (...argv: string[]) => here.cli(['webhooks', ...argv]);
const idIn = ({ out }: CliResult, prefix: string) => new RegExp(`${prefix}_[0-9A-Z]{26}`).exec(out)?.[0] as string;
const send = (source: string, ...argv: string[]) => webhooks('send', '--source', source, ...argv);

async function addStripe(): Promise<string> {
  return json(await webhooks('sources', 'add', 'stripe', '--secret-file', 'secret', '--json')).source.id;
}

describe('sources', () => {
  test('add tells what to register where, and the secret is with nobody but the vault', async () => {
    const added = await webhooks('sources', 'add', 'stripe', '--secret-file', 'secret', '--name', 'Shop');
    expect(added.code).toBe(0);
    const id = idIn(added, 'src');
    expect(added.out).toContain(`register  ${here.patchbay.facts.webhooks_url}/hooks/${id}`);
    expect(added.out).toContain('Only this machine reaches it.');
    expect(added.out).toMatch(/secret {4}.*: kept in the vault\n/);
    const shown = await webhooks('sources', 'show', id);
    expect(shown.out).toMatch(/secret {3}sec_[0-9A-Z]{26} since /);
    expect((await webhooks('sources', 'list')).out).toMatch(new RegExp(`${id} +stripe +on +1 +Shop +http`));
    const everything = [added, shown, await webhooks('sources', 'show', id, '--json')];
    for (const { out, err } of everything) expect(out + err).not.toContain(secret);
  });

  test('a secret that the vendor shows later is given later', async () => {
    const added = await webhooks('sources', 'add', 'github');
    const id = idIn(added, 'src');
    expect(added.out).toContain(`patchbay webhooks sources rotate-secret ${id} --secret-file <file>`);
    expect((await webhooks('sources', 'show', id)).out).toContain('secret   none');
    const kept = await here.cli(['webhooks', 'sources', 'rotate-secret', id, '--secret-file', '-'], { input: secret });
    expect(kept.out).toMatch(/kept {2}src_[\s\S]*secret {3}sec_/);
    expect((await send(id, '--secret-file', 'secret')).code).toBe(0);
  });

  test('a secret is asked for at a terminal, unseen', async () => {
    const asked = await here.cli(['webhooks', 'sources', 'add', 'stripe'], { typed: [secret], tty: true });
    expect(asked.err).toContain('(not shown, empty for later): ');
    expect(asked.out + asked.err).not.toContain(secret);
    expect(asked.out).toContain('kept in the vault');
    const later = await here.cli(['webhooks', 'sources', 'add', 'stripe'], { typed: [''], tty: true });
    expect(later.out).toContain('the vendor shows it, then: patchbay webhooks sources rotate-secret');
  });

  test('send refuses what cannot be meant', async () => {
    const id = await addStripe();
    expect((await webhooks('send', 'github', '--source', id, '--secret-file', 'secret')).err).toContain(
      'takes webhooks of stripe, not of github',
    );
    expect((await webhooks('send', '--secret-file', 'secret')).err).toContain('Name a scheme');
  });

  test('a rotated secret counts beside the new one, until it is removed', async () => {
    const id = await addStripe();
    const [old] = json(await webhooks('sources', 'show', id, '--json')).source.secrets;
    const rotated = await webhooks('sources', 'rotate-secret', id, '--secret-file', 'other', '--overlap', '1h');
    expect(rotated.out).toMatch(new RegExp(`secret {3}${old.id} since .*, counts until `));
    expect((await send(id, '--secret-file', 'secret')).code).toBe(0);
    expect((await send(id, '--secret-file', 'other')).code).toBe(0);
    expect((await webhooks('sources', 'remove-secret', id, old.id)).out).not.toContain(old.id.slice(4));
    await expect.poll(async () => (await send(id, '--secret-file', 'secret')).code, { timeout: 10_000 }).toBe(1);
    expect((await send(id, '--secret-file', 'other')).code).toBe(0);
  });

  test('are changed, switched off and on, and removed', async () => {
    const id = await addStripe();
    const changed = await webhooks('sources', 'change', id, '--public-url', 'https://hooks.example.com', '--off');
    expect(changed.out).toContain(`https://hooks.example.com/hooks/${id}`);
    expect(changed.out).toContain('off: its URL answers as if it were not there');
    const to = ['--secret-file', 'secret', '--to', `${here.patchbay.facts.webhooks_url}/hooks/${id}`];
    await expect.poll(async () => (await send(id, ...to)).out, { timeout: 10_000 }).toMatch(/^404 /);
    const back = await webhooks('sources', 'change', id, '--public-url', 'none', '--on');
    expect(back).toMatchObject({ code: 0, err: '' });
    await expect.poll(async () => (await send(id, '--secret-file', 'secret')).code, { timeout: 10_000 }).toBe(0);
    expect((await webhooks('sources', 'remove', id)).out).toContain(`removed  ${id}`);
    expect((await webhooks('sources', 'show', id)).code).not.toBe(0);
  });

  test.each([
    [['add', 'stripe', '--variant', 'v9'], "no variant 'v9'. It has: default"],
    [['add', 'stripe', '--setting', 'webhook_id=1'], "no setting 'webhook_id'. It has: none"],
    [['add', 'nobody'], "no scheme 'nobody'"],
    [['show', 'stripe'], "'stripe' is no id such as src_"],
    [['change', 'src_01JD0000000000000000000000'], 'Say what to change'],
    [['change', 'src_01JD0000000000000000000000', '--on', '--off'], 'Either --on or --off'],
    [['rotate-secret', 'src_01JD0000000000000000000000', '--overlap', '60d'], 'at most thirty days'],
  ])('%j is refused with what is right', async (argv, message) => {
    const refused = await webhooks('sources', ...argv);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(message);
  });
});

describe('a webhook that was turned away', () => {
  test('tells the step, what was signed, and can be verified again; never the secret', async () => {
    const id = await addStripe();
    const sent = await send(id, '--secret-file', 'other');
    expect(sent.code).toBe(1);
    expect(sent.out).toMatch(/^40[01] in /);
    expect(sent.out).not.toContain('signature_wrong');
    await expect.poll(async () => (await webhooks('rejected', '--source', id)).out).toContain('signature_wrong');
    const request = idIn(await webhooks('rejected', '--source', id), 'req');
    const inspected = await webhooks('inspect', request);
    expect(inspected.out).toMatch(/rejected {2}signature_wrong at step verify, variant default/);
    expect(inspected.out).toMatch(/computed over these \d+ bytes:\n\d+\.\{"id":"evt_/);
    expect(inspected.out).toMatch(/next {6}Another secret/);
    expect(inspected.out + inspected.err).not.toContain('canary');
    const raw = await webhooks('inspect', request, '--raw', '--source', id);
    writeFileSync(join(here.cwd, 'request.http'), raw.bytes);
    const again = await webhooks('verify', 'stripe', 'request.http', '--secret-file', 'other');
    expect(again.out).toMatch(/^verified {2}Stripe/);
  });
});

describe('bin', () => {
  test('takes everything, shows it as it comes, and is gone at the end', async () => {
    let url = '';
    const person = new AbortController();
    const running = here.cli(['webhooks', 'bin'], {
      interrupt: person.signal,
      onOutput(out) {
        url = /^(http\S+)/.exec(out)?.[1] ?? '';
        if (out.includes('captured:') && out.includes('hello')) person.abort();
      },
    });
    await expect.poll(() => url, { timeout: 10_000 }).toMatch(/\/hooks\/src_/);
    const post = () => fetch(`${url}?a=1`, { method: 'POST', body: 'hello', headers: { 'x-Token': 'canary-token' } });
    await expect.poll(async () => (await post()).status, { timeout: 10_000 }).toBe(200);
    const { out, code } = await running;
    expect(code).toBe(0);
    expect(out).toMatch(/POST http\S+\?a=1\n[\s\S]*x-token: \[redacted\]/i);
    expect(out).not.toContain('canary-token');
    await expect.poll(async () => (await post()).status, { timeout: 10_000 }).toBe(404);
  });

  test('that is kept is looked at again, and has nothing to verify', async () => {
    const kept = here.cli(['webhooks', 'bin', '--keep', '--count', '1', '--json'], {
      onOutput(out) {
        const url = /"url":"([^"]+)"/.exec(out)?.[1];
        if (url !== undefined && !out.includes('captured')) void until200(url);
      },
    });
    const [first, second] = (await kept).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(second).toMatchObject({
      kind: 'captured',
      source: first.source.id,
      body: Buffer.from('x').toString('base64'),
    });
    expect((await webhooks('rejected', '--captured', '--json')).out).toContain(second.id);
    expect((await webhooks('sources', 'rotate-secret', first.source.id, '--secret-file', 'secret')).err).toContain(
      'is a bin',
    );
    const stripe = await addStripe();
    expect((await webhooks('bin', '--source', stripe)).err).toContain('verifies what comes');
  });
});

/** A source is known to the ingress a moment after it was added. */
async function until200(url: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(url, { method: 'POST', body: 'x' })).status, { timeout: 10_000 })
    .toBe(200);
}
