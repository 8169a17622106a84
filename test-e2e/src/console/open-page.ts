import type { Page } from 'playwright-core';
import type { ConsolePage } from './pages.ts';

/** Goes to a page of the console as a link in it does, and waits until nothing of it is on its way. */
export async function openPage(page: Page, { path, title }: ConsolePage): Promise<void> {
  // Text, since a test's types know of no browser.
  await page.evaluate(`history.pushState(null, '', '/console${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
  await page.getByRole('heading', { level: 1, name: title, exact: typeof title === 'string' }).waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}
