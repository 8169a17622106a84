import { randomBytes, randomUUID } from 'node:crypto';
import {
  PatchbayError,
  type RegisterWebhookRequest,
  type RegisterWebhookResult,
  registerAnswer,
  type SealedSecret,
  type WebhookRegister,
  WebhookSecretValue,
  webhookCalls,
} from '@patchbay/contracts';
import { type CallVendorPorts, callVendor, type WebhookCall } from './call-vendor.ts';
import { vendorText, vendorTime } from './vendor-text.ts';
import { type VendorWebhooks, webhooksOf } from './vendor-webhooks.ts';

export interface RegisterWebhookPorts extends CallVendorPorts {
  /** Gives what seals a secret to the vault's key. @throws PatchbayError `vault_unavailable`. */
  readonly sealer: () => Promise<(secret: WebhookSecretValue) => SealedSecret>;
}

/** Longest value of a setting. */
const maxSetting = 1_024;

/** Registers a webhook at a vendor, once. Its secret leaves this process sealed to the vault alone. */
export function createRegisterWebhook(ports: RegisterWebhookPorts) {
  return async (request: RegisterWebhookRequest, call: WebhookCall): Promise<RegisterWebhookResult> => {
    const vendor = webhooksOf(ports.webhooks, request);
    const {
      scheme,
      events: usual = [],
      register,
    } = vendor.webhooks as typeof vendor.webhooks & {
      register: WebhookRegister;
    };
    if (scheme !== request.scheme) throw refused('scheme', `is not that of the integration, which is ${scheme}`);
    const sends = new Set(vendor.given('register').fills.map(([, what]) => what));
    const events = request.events.length > 0 ? request.events : usual;
    if (sends.has('webhook.events') && events.length === 0) throw refused('events', 'names no event');
    checkArguments(vendor, request.arguments);
    const secret = sends.has('webhook.secret') ? makeSecret(register.secret) : null;
    // Whatever comes back must have somewhere to go before it is asked for.
    const seal = await ports.sealer();

    const until =
      register.lifetime_s === undefined ? null : new Date(Date.now() + register.lifetime_s * 1_000).toISOString();
    const ours = {
      'webhook.url': request.url,
      'webhook.events': events,
      'webhook.secret': secret,
      'webhook.until': until,
      'webhook.nonce': randomUUID(),
    };
    const { executionId, output } = await callVendor(ports, 'register', request, ours, call);
    const id = vendorText(output[registerAnswer.id], maxSetting);
    const value = WebhookSecretValue.safeParse({ value: secret ?? output[registerAnswer.secret] });
    const settings: Record<string, string> = {};
    const missing: string[] = [];
    for (const name of Object.keys(register.response.settings)) {
      const text = vendorText(output[registerAnswer.setting(name)], maxSetting);
      if (text === null) missing.push(name);
      else settings[name] = text;
    }
    const hasSecret = secret !== null || register.response.secret !== undefined;
    if (id === null) missing.push('id');
    if (hasSecret && !value.success) missing.push('secret');
    if (id === null || missing.length > 0) throw useless(id, missing);
    return {
      execution_id: executionId,
      webhook_id: id,
      events,
      settings,
      expires_at: vendorTime(output[registerAnswer.expiresAt]) ?? until,
      sealed_secret: hasSecret && value.success ? seal(value.data) : null,
    };
  };
}

/** What the requests after it need is asked for now: a webhook that cannot be found or removed again is not registered. */
function checkArguments(vendor: VendorWebhooks, args: Record<string, unknown>): void {
  const calls = webhookCalls.filter((name) => vendor.webhooks[name] !== undefined);
  const taken = new Set(calls.flatMap((name) => [...vendor.given(name).takes]));
  const needed = new Set(calls.flatMap((name) => [...vendor.given(name).needs]));
  for (const name of needed) if (!(name in args)) throw refused(`arguments.${name}`, 'is required');
  for (const name of Object.keys(args)) if (!taken.has(name)) throw refused(`arguments.${name}`, 'is not known');
}

function makeSecret({ bytes, encoding, prefix }: WebhookRegister['secret']): string {
  return `${prefix}${randomBytes(bytes).toString(encoding)}`;
}

/** The vendor holds a webhook that we could not make use of. */
function useless(id: string | null, missing: readonly string[]): PatchbayError {
  return new PatchbayError('response_invalid', {
    message: `The vendor registered the webhook and answered without ${missing.join(', ')}.`,
    details: { webhook_id: id },
  });
}

function refused(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `The request's ${path} ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
