import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { normaliseDocument, parseDocumentText } from '@patchbay/catalog';
import type { ApiKey, Role, WebhookSourceView } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import type { Browser, Page } from 'playwright-core';
import { type System, startSystem } from '../system.ts';
import { within } from '../within.ts';
import { acmeDesk } from './acme-desk.ts';
import { openBrowser } from './browser.ts';
import { startVendor, type Vendor, vendorHost } from './vendor.ts';

/** A running Patchbay with its console, an OAuth vendor, and a browser before them. */
export interface Stage {
  readonly system: System;
  readonly browser: Browser;
  readonly vendor: Vendor;
  /** `http://127.0.0.1:…/console` */
  readonly console: string;
  readonly operatorKey: string;
  /** One that is signed in, and acts for the tenant `acme`. */
  signedIn(look?: Look): Promise<Page>;
  /** One before which nobody signed in. */
  signedOut(look?: Look): Promise<Page>;
  /** Of the tenant `acme`. */
  makeKey(key: {
    readonly name: string;
    readonly role: Role;
  }): Promise<{ readonly id: string; readonly secret: string }>;
  revokeKey(id: string): Promise<void>;
  /** Where Stripe's webhooks come in. */
  addSource(name: string): Promise<{ readonly source: WebhookSourceView; readonly secret: string }>;
  /** The API, as the operator of the platform, for the tenant `acme`. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A request that hangs is to fail with its name; the limit of a hook says only that it was reached. */
const askTimeoutMs = 30_000;

export async function startStage(): Promise<Stage> {
  const connectPort = await freePort();
  const connectUrl = `http://127.0.0.1:${connectPort}`;
  const vendor = await startVendor(`${connectUrl}/oauth/callback`);
  const [system, browser] = await Promise.all([
    startSystem({
      variables: {
        vault: {
          PATCHBAY_CONNECT_URL: connectUrl,
          PATCHBAY_CONNECT_LISTEN: `127.0.0.1:${connectPort}`,
          PATCHBAY_EGRESS_DIAL_OVERRIDE: vendor.url,
        },
      },
    }),
    openBrowser({ [vendorHost]: vendor.httpsPort }),
  ]);
  const { facts } = system.patchbay;
  const consoleUrl = `${facts.gateway_url}/console`;
  const operatorKey = readFileSync(facts.operator_key, 'utf8').trim();
  // The sandbox stands for the vendor's API too; which tools there are is for the console to say.
  const document = normaliseDocument(parseDocumentText(acmeDesk()));
  if (!document.ok) throw new Error(JSON.stringify(document.issues));
  await within(
    askTimeoutMs,
    () => 'the sandbox did not take a document',
    system.sandbox.addDocument(document.document),
  );
  async function askOnce<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(new URL(`/v1${path}`, consoleUrl), {
      method,
      headers: {
        authorization: `Bearer ${operatorKey}`,
        'patchbay-tenant': 'acme',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
  const ask: Stage['ask'] = <T>(method: string, path: string, body?: unknown) =>
    within(askTimeoutMs, () => `${method} ${path} was not answered`, askOnce<T>(method, path, body));
  async function signedOut({ width = 1_600, height = 1_000, colorScheme = 'light' }: Look = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      ignoreHTTPSErrors: true,
      // The one of a machine without any, such as a container, is none that the browser itself understands.
      locale: 'en-GB',
    });
    const page = await context.newPage();
    // The machine may be busy with other tests.
    page.setDefaultTimeout(30_000);
    await page.goto(`${consoleUrl}/`);
    return page;
  }
  return {
    system,
    browser,
    vendor,
    console: consoleUrl,
    operatorKey,
    ask,
    signedOut,
    async signedIn(look) {
      const page = await signedOut(look);
      await page.getByLabel('API key').fill(operatorKey);
      // So that a page can be loaded anew.
      await page.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByLabel('Tenant').selectOption('acme');
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      return page;
    },
    async makeKey(key) {
      const made = await ask<{ key: ApiKey; secret: string }>('POST', '/keys', key);
      return { id: made.key.id, secret: made.secret };
    },
    async revokeKey(id) {
      await ask('DELETE', `/keys/${id}`);
    },
    async addSource(name) {
      const secret = `whsec_${randomUUID()}`;
      system.noteSecret(secret);
      return {
        secret,
        source: await ask<WebhookSourceView>('POST', '/webhooks/sources', { name, scheme: 'stripe', secret }),
      };
    },
    async stop() {
      await browser.close();
      await system.stop();
      await vendor.close();
    },
  };
}

/** A webhook as Stripe sends one. */
export function sendStripe({ url }: WebhookSourceView, secret: string, body: unknown): Promise<Response> {
  const text = JSON.stringify(body);
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
  return fetch(url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
    body: text,
  });
}
