import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiKey, CreateApiKeyRequest } from '@patchbay/contracts';
import { routes } from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';
import type { TestServers } from '@patchbay/testkit';
import { readCallout } from '../src/callout-config.ts';
import { type GatewayConfig, type RunningGateway, startGateway } from '../src/main.ts';

export interface TestGateway extends RunningGateway {
  /** What it logged so far. */
  log(): string;
}

function gatewayConfig(servers: TestServers, instance: string, over: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    natsUrls: servers.natsUrls,
    nkeySeed: servers.seedOf('gateway'),
    mode: 'development',
    logLevel: 'trace',
    logFile: join(servers.dir, `${instance}.log`),
    instance,
    auditMacKey: servers.macKeyOf('gateway'),
    host: '127.0.0.1',
    port: 0,
    pepper: Buffer.from(readFileSync(servers.keys.gatewayPepperFile, 'utf8').trim(), 'hex'),
    trustedProxies: [],
    corsOrigins: [],
    authorizationServers: [],
    maxBodyBytes: 1_048_576,
    maxConnections: 1_024,
    headersTimeoutMs: 5_000,
    requestTimeoutMs: 15_000,
    consoleDir: join(servers.dir, 'no-console'),
    // The machine may be busy with other tests.
    maxLagMs: 0,
    requestsPerMinute: 10_000_000,
    burst: 1_000_000,
    trustedOrigins: [],
    dialOverride: null,
    maxLiveClients: 1_024,
    maxLiveClientsPerKey: 256,
    graphqlQueriesFile: null,
    voiceSecrets: {},
    firstIdentities: { key: null, tenants: [] },
    callout: readCallout(servers.keys.callout.dir),
    ...over,
  };
}

/** A gateway in this process, over real NATS with the gateway's own permissions. */
export async function runGateway(
  servers: TestServers,
  instance = 'gateway-1',
  over: Partial<GatewayConfig> = {},
): Promise<TestGateway> {
  const config = gatewayConfig(servers, instance, over);
  const service = await startGateway(config);
  return { ...service, log: () => readFileSync(config.logFile as string, 'utf8') };
}

/** Makes a key as the operator's tool does: over NATS, sealed to whoever asks. */
export async function makeKey(
  admin: Messaging,
  asked: Partial<Omit<CreateApiKeyRequest, 'recipient'>> = {},
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const own = createSealingKeys();
  const { key, sender, sealed } = await admin.request(
    routes.createApiKey,
    {},
    { tenant: 'acme', name: 'test', role: 'owner', ...asked, recipient: own.publicKey },
  );
  return { key, text: Buffer.from(own.open(Buffer.from(sealed, 'base64'), sender)).toString() };
}

/** A request with a key, or without one (null). */
export function callWith(url: string, key: string | null) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in the document
  ): Promise<{ status: number; body: any; headers: Headers }> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };
}
