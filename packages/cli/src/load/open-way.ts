import { randomBytes } from 'node:crypto';
import {
  callOfMix,
  canSendWebhooks,
  HttpClient,
  type MakeCall,
  type MixedTool,
  mcpCaller,
  natsCaller,
  restCaller,
  webhookSender,
} from '@patchbay/load';
import type { WebhookScheme } from '@patchbay/webhook-schemes';
import { findFacts, resolveTarget, tenantOf } from '../config.ts';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { hookSecret, schemeNamed } from '../input/hook-options.ts';
import { readSecretFile } from '../input/secret-file.ts';
import type { LoadCommandOptions } from './load-options.ts';
import { makeOwnKey } from './own-key.ts';

/** How calls get to Patchbay. What was made for the load goes when it is closed. */
export interface OpenWay {
  readonly makeCall: MakeCall;
  close(): Promise<void>;
}

/** Where a load goes, before anything is sent. */
export interface WayPlan {
  /** URLs that are asked, or that something for the load is made through. */
  readonly urls: readonly string[];
  /** Webhooks have no tools. */
  open(mix: readonly MixedTool[]): Promise<OpenWay>;
}

/** Milliseconds within which an ingress answers; vendors wait between 3 and 30 seconds. */
const hookTimeoutMs = 10_000;

/** @throws UsageError, NotRunningError for what is missing; nothing is made or loaded yet. */
export async function planWay(context: CommandContext, options: LoadCommandOptions): Promise<WayPlan> {
  const run = `load-${randomBytes(6).toString('hex')}`;
  if (options.over === 'webhooks') return planWebhooks(context, options, run);
  const { deadline: deadlineMs, keys } = options;
  if (options.over === 'nats')
    return {
      urls: resolveTarget(options, context.io, 'agent').servers,
      open: async (mix) => ({
        makeCall: natsCaller(await context.agent(), callOfMix(mix, { keys, run }), { deadlineMs }),
        close: async () => {},
      }),
    };
  const caller = options.over === 'rest' ? restCaller : mcpCaller;
  const url = options.gateway ?? findFacts(context.io)?.gateway_url;
  if (url === undefined || !URL.canParse(url)) throw new UsageError('Say where the gateway is by --gateway <url>.');
  const { apiKeyFile } = options;
  return {
    urls: [url, ...(apiKeyFile === undefined ? resolveTarget(options, context.io, 'admin').servers : [])],
    async open(mix) {
      const key =
        apiKeyFile === undefined
          ? await makeOwnKey(await context.admin(), options.warmup + options.duration)
          : { secret: await readSecretFile(apiKeyFile, context.io), revoke: async () => {} };
      const client = new HttpClient(url);
      const terms = { apiKey: key.secret.trim(), tenant: tenantOf(options, context.io), deadlineMs };
      return {
        makeCall: caller(client, callOfMix(mix, { keys, run }), terms),
        async close() {
          client.close();
          await key.revoke();
        },
      };
    },
  };
}

async function planWebhooks(context: CommandContext, options: LoadCommandOptions, run: string): Promise<WayPlan> {
  const { servers } = resolveTarget(options, context.io, 'admin');
  if (options.source === undefined) {
    const scheme = sendable(schemeNamed(options.scheme));
    const base = findFacts(context.io)?.webhooks_url;
    return {
      urls: [...servers, ...(base === undefined ? [] : [base])],
      open: () => openOwnSource(context, scheme, run),
    };
  }
  const { webhooks } = await context.admin();
  const source = await webhooks.sources.show(options.source);
  if (source.scheme === null || source.url === null)
    throw new UsageError(`${source.id} has no scheme or no URL to send to.`);
  const scheme = sendable(schemeNamed(source.scheme));
  const url = source.url;
  const secret = await hookSecret({ url, setting: {}, ...options }, scheme, context.io);
  return {
    urls: [...servers, url],
    open: async () => sendTo(url, { scheme, secret, settings: source.settings, run, close: async () => {} }),
  };
}

function sendable(scheme: WebhookScheme): WebhookScheme {
  if (canSendWebhooks(scheme)) return scheme;
  throw new UsageError(
    `Webhooks of ${scheme.id} have no id of their own to tell copies by. Take a scheme that has, such as stripe.`,
  );
}

/** A source of the load's own, so that nobody's secret is needed and nobody's subscriptions hear of it. */
async function openOwnSource(context: CommandContext, scheme: WebhookScheme, run: string): Promise<OpenWay> {
  const { sources } = (await context.admin()).webhooks;
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const source = await sources.add({ scheme: scheme.id, secret, name: run });
  const close = async () => void (await sources.remove(source.id, { force: true }));
  if (source.url !== null) return sendTo(source.url, { scheme, secret, settings: {}, run, close });
  await close();
  throw new UsageError('The ingress does not know where it is reached: set PATCHBAY_INGRESS_PUBLIC_URL.');
}

function sendTo(
  url: string,
  { close, ...terms }: Omit<Parameters<typeof webhookSender>[1], 'url' | 'timeoutMs'> & { close(): Promise<void> },
): OpenWay {
  const client = new HttpClient(url);
  return {
    makeCall: webhookSender(client, { ...terms, url, timeoutMs: hookTimeoutMs }),
    async close() {
      client.close();
      await close();
    },
  };
}
