import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import packaged from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/**
 * Of root's, for whom Chromium has no sandbox, and without drawing by a GPU that is not there. Those that the package proposes make
 * one process of the browser, which dies with a page, and let pages of other origins in.
 */
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** The Chromium that comes as a package, which is for Linux on x64; elsewhere one that is installed. */
async function findProgram(): Promise<string> {
  if (process.platform === 'linux' && process.arch === 'x64') return packaged.executablePath();
  for (const place of (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((dir) => names.map((name) => join(dir, name)))) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // The next one.
    }
  }
  throw new Error('The tests of the console need Chromium: install one so that it is on PATH.');
}

/** `https`: where a host's name leads to. Its certificate is not looked at. */
export async function openBrowser(https: Readonly<Record<string, number>> = {}): Promise<Browser> {
  const rules = Object.entries(https).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: await findProgram(),
    headless: true,
    args: [...args, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : [])],
  });
}
