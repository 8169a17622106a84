import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import packaged from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** Of the package's arguments those that make one process of the browser, which dies with a page, or weaken what is tested. */
const unwanted = /single-process|no-zygote|web-security|insecure-content|site-per-process|site-isolation/;

/** The Chromium that comes as a package, which is for Linux on x64; elsewhere one that is installed. */
async function programAndArguments(): Promise<{ executablePath: string; args: string[] }> {
  if (process.platform === 'linux' && process.arch === 'x64')
    return { executablePath: await packaged.executablePath(), args: packaged.args.filter((one) => !unwanted.test(one)) };
  for (const place of (process.env['PATH'] ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)))) {
    try {
      accessSync(place, constants.X_OK);
      return { executablePath: place, args: [] };
    } catch {
      // The next one.
    }
  }
  throw new Error('The tests of the console need Chromium: install one so that it is on PATH.');
}

/** `https`: where a host's name leads to. Its certificate is not looked at. */
export async function openBrowser(https: Readonly<Record<string, number>> = {}): Promise<Browser> {
  const { executablePath, args } = await programAndArguments();
  const rules = Object.entries(https).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [...args, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : [])],
  });
}
