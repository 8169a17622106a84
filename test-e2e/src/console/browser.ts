import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packaged, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium, errors } from 'playwright-core';

const projectRoot = join(import.meta.dirname, '../../..');
const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/**
 * Of root's, for whom Chromium has no sandbox, and without drawing by a GPU that is not there. Those that the package proposes make
 * one process of the browser, which dies with a page, and let pages of other origins in.
 */
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

interface Program {
  readonly executablePath: string;
  readonly env?: Record<string, string>;
}

/** The Chromium that comes as a package, which is for Linux on x64; elsewhere one that is installed. */
async function findProgram(): Promise<Program> {
  if (process.platform === 'linux' && process.arch === 'x64') return unpackProgram();
  for (const place of (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((dir) => names.map((name) => join(dir, name)))) {
    try {
      accessSync(place, constants.X_OK);
      return { executablePath: place };
    } catch {
      // The next one.
    }
  }
  throw new Error('The tests of the console need Chromium: install one so that it is on PATH.');
}

/** With the libraries and fonts that the package has along, which a bare system does not have. */
async function unpackProgram(): Promise<Program> {
  const libraries = new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'));
  const [executablePath] = await Promise.all([packaged.executablePath(), inflate(fileURLToPath(libraries))]);
  // The second is what the set-up of the tests gets where the system lacks it.
  const places = [
    join(tmpdir(), 'al2023', 'lib'),
    join(projectRoot, '.tools/browser-libraries/usr/lib/x86_64-linux-gnu'),
  ];
  const env = { LD_LIBRARY_PATH: places.join(delimiter), FONTCONFIG_PATH: join(tmpdir(), 'fonts') };
  return { executablePath, env: { ...(process.env as Record<string, string>), ...env } };
}

/** Playwright would wait for three minutes, longer than a hook may take; a browser comes within seconds. */
const launchTimeoutMs = 30_000;
const launchAttempts = 3;

/** `https`: where a host's name leads to. Its certificate is not looked at. */
export async function openBrowser(https: Readonly<Record<string, number>> = {}): Promise<Browser> {
  const rules = Object.entries(https).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`);
  const options = {
    ...(await findProgram()),
    headless: true,
    timeout: launchTimeoutMs,
    args: [...args, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : [])],
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.launch(options);
    } catch (error) {
      if (attempt === launchAttempts || !(error instanceof errors.TimeoutError)) throw error;
      process.stderr.write(`Chromium was not there after ${launchTimeoutMs} ms: once more\n`);
    }
  }
}
