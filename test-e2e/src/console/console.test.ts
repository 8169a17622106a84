import { randomUUID } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acmeDesk } from './acme-desk.ts';
import { openPage } from './open-page.ts';
import { type ConsolePage, pagesOf } from './pages.ts';
import { type Seeded, seed } from './seed.ts';
import { type Stage, sendStripe, startStage } from './stage.ts';
import { until } from './until.ts';
import { clientId, clientSecret } from './vendor.ts';

let stage: Stage;
let seeded: Seeded;
beforeAll(async () => {
  stage = await startStage();
  seeded = await seed(stage);
  // What takes too long in it names itself before.
}, 240_000);
afterAll(() => stage?.stop());

/** Of axe's findings those that keep somebody out: where, and what. `rules`: only these. */
async function barriers(page: Page, rules?: string[]): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (rules === undefined ? builder.withTags(criteria) : builder.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
const criteria = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Pixels by which the page is wider than the window. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const wide = { width: 1_600, height: 1_000 };
const narrow = { width: 400, height: 900 };

describe('every page', () => {
  test('opens at 400 and 1,600 pixels, dark and light, has room, and keeps nobody out', {
    timeout: 180_000,
  }, async () => {
    const page = await stage.signedIn();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') wrong.push(line.text());
    });
    for (const one of pagesOf(seeded)) {
      await openPage(page, one);
      const look = async (colorScheme: 'light' | 'dark', size: typeof wide, rules?: string[] | 'none') => {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        const where = `${one.name} at ${size.width} in ${colorScheme}`;
        if ((await overflow(page)) > 0) wrong.push(`${where} is wider than the window`);
        if (rules !== 'none') wrong.push(...(await barriers(page, rules)).map((finding) => `${where}: ${finding}`));
      };
      await look('light', wide);
      await look('dark', wide, 'none');
      // Of another width and other colours, what depends on them.
      await look('dark', narrow, ['color-contrast', 'target-size', 'scrollable-region-focusable']);
      await look('light', narrow, 'none');
    }
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test('of signing in, of a key that is none, and of one that was revoked meanwhile says what to do', async () => {
    const page = await stage.signedOut();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('API key').fill('pbk_nothing');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Sign in again, with a key that is in use.').waitFor();
    const { secret, id } = await stage.makeKey({ name: 'short-lived', role: 'auditor' });
    await page.getByLabel('API key').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    // An auditor is offered neither keys to make nor documents to publish.
    expect(await page.getByRole('link', { name: 'Publish', exact: true }).count()).toBe(0);
    await stage.revokeKey(id);
    await page.getByRole('link', { name: 'Executions' }).click();
    await page.getByText('The key is no longer taken').waitFor();
    await page.context().close();
  });
});

describe('by the keyboard alone', () => {
  test('somebody skips to the content, goes to a page, finds a tool and builds its request', async () => {
    const page = await stage.signedIn();
    const { keyboard } = page;
    await openPage(page, { name: 'about', path: '/about', title: 'About' });
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'About' }).waitFor();
    await keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await keyboard.press('Enter');
    await keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await keyboard.press('Escape');
    await keyboard.press('g');
    await keyboard.press('t');
    await page.getByRole('heading', { level: 1, name: 'Tools' }).waitFor();
    await keyboard.press('/');
    await keyboard.type('post a message to a channel');
    const found = page.getByRole('link', { name: 'Post a message', exact: true });
    await found.waitFor();
    await found.focus();
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Post a message' }).waitFor();
    await page.getByRole('link', { name: 'Playground', exact: true }).focus();
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Dry run' }).focus();
    await keyboard.press('Enter');
    const built = page.getByRole('figure').filter({ hasText: 'Request that the service would get' });
    await built.getByText('POST https://slack.com/api/chat.postMessage').waitFor();
    await page.context().close();
  });
});

describe('the main tasks', () => {
  test('a tool is published, connected by OAuth, run and watched live', { timeout: 90_000 }, async () => {
    const page = await stage.signedIn();
    const go = (one: Omit<ConsolePage, 'name'>) => openPage(page, { name: '', ...one });

    // 1. A mistake is named with its line; the next document's breaking changes are asked about.
    await go({ path: '/publish', title: 'Publish an integration' });
    const mistaken = acmeDesk('2.0.0').replace('risk: read', 'risk: reed');
    const line = mistaken.split('\n').findIndex((text) => text.includes('reed')) + 1;
    await page.getByLabel('Document').fill(mistaken);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: `Line ${line}` }).click();
    const renamed = acmeDesk('2.0.0')
      .replace('word: {', 'phrase: { x-name: word,')
      .replace('word: printer', 'phrase: printer');
    await page.getByLabel('Document').fill(renamed);
    await page.getByRole('button', { name: 'Check' }).click();
    const publish = page.getByRole('button', { name: 'Publish for tenant acme' });
    await publish.waitFor();
    expect(await publish.isDisabled()).toBe(true);
    await page.getByLabel('Callers can fail because of it').check();
    await publish.click();
    await page.getByRole('heading', { name: 'acme_desk 2.0.0 is published' }).waitFor();

    // 2. At the vendor, whose user agrees at once.
    await stage.system.admin.oauth.setClient(
      'acme_desk',
      { client_id: clientId, client_secret: clientSecret },
      { own: true },
    );
    await page.getByRole('link', { name: 'Connect an account' }).click();
    await page.getByLabel('Label').fill('Front desk');
    await page.getByRole('button', { name: 'Make a link' }).click();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Go to the vendor’s page' }).click();
    await (await opened).close();
    await page.getByText('Connected.').waitFor();

    // 3. While somebody else watches.
    const watcher = await stage.signedIn();
    await watcher.getByText('live', { exact: true }).waitFor();
    await go({ path: '/tools/acme_desk_find_tickets/playground', title: 'Find tickets' });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('The printer is on fire').waitFor();
    const link = page.getByRole('link', { name: 'Look at this execution' });
    await watcher.getByRole('link', { name: 'acme_desk_find_tickets' }).first().waitFor();
    await watcher.context().close();

    // 4. And looks at what happened, and builds the same request again.
    await link.click();
    await until(async () => {
      await page.reload();
      return (await page.getByText('execution outcome').count()) > 0 || null;
    });
    await page.getByRole('link', { name: 'Replay in a dry run' }).click();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('GET https://desk.example.com/v1/tickets').waitFor();
    await page.context().close();
  });

  test('a webhook that comes is seen live, and replayed', async () => {
    const { source, secret } = await stage.addSource('Bookings');
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/webhooks/events', title: 'Webhook events' });
    await page.getByText('live', { exact: true }).waitFor();
    const event = { id: 'evt_booked', type: 'invoice.booked', data: {} };
    await until(async () => (await sendStripe(source, secret, event)).status === 200 || null);
    await page.getByRole('link', { name: 'invoice.booked' }).click();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay invoice.booked' });
    await dialog.getByText('to 2 subscriptions').waitFor();
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('table').getByText('replay', { exact: true }).first().waitFor();
    await page.context().close();
  });

  test('the audit log is verified, and saved', async () => {
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/audit', title: 'Audit' });
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText('verified', { exact: true }).waitFor();
    await page.getByText('no problem').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSONL' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^patchbay-audit-.*\.jsonl$/);
    await page.getByText('The export is saved.').waitFor();
    await page.context().close();
  });

  test('how long the log is kept, what is held, and where it goes are said', async () => {
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/audit/retention', title: 'Retention' });
    const form = page.getByRole('form', { name: 'New rule' });
    await form.getByLabel('Class').selectOption('webhook');
    await form.getByLabel('Days').fill('90');
    await form.getByRole('button', { name: 'Set it' }).click();
    await page.getByRole('table', { name: 'What holds for each class' }).getByText('90 days').waitFor();
    await page.getByRole('button', { name: 'Count what would go' }).click();
    await page.getByText('0 events would go; a hold keeps 0.').waitFor();
    await page.getByRole('button', { name: 'Remove the rule for webhook' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The rule for webhook is gone.').waitFor();

    await openPage(page, { name: '', path: '/audit/holds', title: 'Legal holds' });
    await page.getByRole('button', { name: 'Place a hold' }).click();
    await page.getByLabel('Why').fill('Case 7');
    await page.getByLabel('Class').selectOption('delivery');
    await page.getByRole('button', { name: 'Place it' }).click();
    await page.getByRole('button', { name: 'Release Case 7' }).click();
    const dialog = page.getByRole('dialog', { name: 'Release the hold for Case 7?' });
    await dialog.getByLabel('Why it ends').fill('Settled');
    await dialog.getByRole('button', { name: 'Release' }).click();
    await page.getByText('The hold for Case 7 is released.').waitFor();

    await openPage(page, { name: '', path: '/audit/sinks', title: 'Sinks' });
    await page.getByRole('button', { name: 'Add a sink' }).click();
    await page.getByLabel('Name').fill('archive');
    await page.getByLabel('Address').fill('https://archive.example.com/in');
    const token = `token-of-a-sink-${randomUUID()}`;
    stage.system.noteSecret(token);
    await page.getByLabel('Token', { exact: false }).first().fill(token);
    await page.getByRole('button', { name: 'Send there' }).click();
    await page.getByRole('button', { name: 'Pause archive' }).click();
    await page.getByRole('button', { name: 'Resume archive' }).waitFor();
    await page.getByRole('button', { name: 'Remove archive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Nothing is sent to archive any more.').waitFor();
    await page.context().close();
  });

  test('a person is looked up, saved, and erased once somebody typed whom', { timeout: 90_000 }, async () => {
    const ada = '+1 555 010 2030';
    await stage.system.agent.execute('slack_lookup_user', { email: 'ada@example.com' }, { context: { end_user: ada } });
    await stage.ask('POST', '/audit/holds', { reason: 'Case 8' });
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/audit/persons', title: 'Persons' });
    const find = async () => {
      await page.getByLabel('Person').fill(ada);
      await page.getByRole('button', { name: 'Look up' }).click();
      return page
        .getByText(/^tok_[\w-]{43}$/)
        .first()
        .textContent();
    };
    const token = (await find()) ?? '';
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save all that is held' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^patchbay-person-.*\.json$/);
    const dialog = page.getByRole('dialog', { name: 'Erase this person?' });
    const erase = dialog.getByRole('button', { name: 'Erase for good' });
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    expect(await erase.isDisabled()).toBe(true);
    await dialog.getByLabel('Type the beginning of their token').fill(token.slice(0, 12));
    expect(await barriers(page)).toEqual([]);
    // A hold on everything of the tenant stops it.
    await erase.click();
    await dialog.getByText('A legal hold has it kept.').waitFor();
    const { items } = await stage.ask<{ items: { id: string; reason: string }[] }>('GET', '/audit/holds');
    for (const { id } of items.filter(({ reason }) => reason === 'Case 8'))
      await stage.ask('POST', `/audit/holds/${id}/release`, { reason: 'Settled' });
    await erase.click();
    await page.getByRole('heading', { name: 'Receipt' }).waitFor();
    await page.getByRole('table', { name: 'What was found, and what became of it' }).getByText('audit log').waitFor();
    expect(await barriers(page)).toEqual([]);
    const receipt = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the signed receipt' }).click();
    expect((await receipt).suggestedFilename()).toMatch(/^patchbay-erasure-.*\.txt$/);
    expect(await find()).not.toBe(token);
    expect(page.url()).not.toMatch(/555|tok_/);
    await page.context().close();
  });

  test('a key is made, shown once, and revoked', async () => {
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/keys', title: 'API keys' });
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name').fill('night shift');
    await page.getByRole('button', { name: 'Make it' }).click();
    const shown = page.getByRole('dialog', { name: 'Key night shift' });
    expect(await shown.locator('pre').textContent()).toMatch(/^pbk_[0-9A-Z]{26}_[\w-]{43}$/);
    await shown.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: 'Revoke night shift' }).click();
    await page.getByRole('dialog', { name: 'Revoke night shift?' }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Key night shift is revoked.').waitFor();
    await page.context().close();
  });

  test('a destructive call is left to a person by a policy, approved, and passes once', async () => {
    const token = `token-of-the-desk-${randomUUID()}`;
    stage.system.noteSecret(token);
    const credential = { type: 'oauth2', access_token: token };
    await stage.ask('POST', '/connections', { integration: 'acme_desk', credential, make_default: true });
    const call = () =>
      stage.system.agent.execute('acme_desk_delete_ticket', { number: 8 }, { context: { session: 'call-8' } });
    expect(await call()).toMatchObject({ status: 'refused', error: { code: 'approval_required' } });
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/approvals', title: 'Approvals' });
    const card = page.getByRole('region').filter({ hasText: '"number": 8' });
    await card.getByText('Tickets are deleted by the lead of the desk.').waitFor();
    await card.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved: the call passes once.').waitFor();
    expect(await call()).toMatchObject({ status: 'succeeded' });
    expect(await call()).toMatchObject({ status: 'refused', error: { code: 'approval_required' } });

    // Who asks in the console is told where it waits, and that it is for somebody else to decide.
    await openPage(page, { name: '', path: '/tools/acme_desk_delete_ticket/playground', title: 'Delete a ticket' });
    await page.getByLabel('number').fill('9');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('It waits for a person').waitFor();
    await page.context().close();
  });

  test('a policy is checked, tried and explained', async () => {
    const page = await stage.signedIn();
    await openPage(page, { name: '', path: '/policies/quiet', title: 'quiet' });
    await page
      .getByLabel('Policies')
      .fill('@id("all") forbid (principal, action, resource == Tool::"slack_post_message"');
    await page.getByRole('button', { name: 'Check and test' }).click();
    await page.getByText('not valid', { exact: true }).waitFor();
    await page
      .getByLabel('Policies')
      .fill('@id("night") forbid (principal, action, resource == Tool::"slack_lookup_user");');
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('In force.').waitFor();
    await page.getByLabel('Tool').fill('slack_lookup_user');
    await until(async () => {
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('In force').last().waitFor();
      return (await page.getByText('quiet.night').count()) > 0 || null;
    });
    await page.context().close();
  });
});
