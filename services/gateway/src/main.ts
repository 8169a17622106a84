import { inboxPrefixOf } from '@patchbay/contracts';
import { hashSecret, nameOf, newSecret, type Principal } from '@patchbay/identity';
import { connectMessaging } from '@patchbay/messaging';
import { adminOver, agentOver, Throttle } from '@patchbay/sdk';
import {
  createLogger,
  type RunningService,
  runMain,
  selfReport,
  startTelemetry,
  stopInOrder,
  traceRequests,
} from '@patchbay/service-kit';
import { readConsole } from './adapters/file-console.ts';
import { openNatsIdentity } from './adapters/nats-identity.ts';
import { natsRequestMemory } from './adapters/nats-request-memory.ts';
import { provenCalls } from './adapters/proven-calls.ts';
import { requestCipher } from './adapters/request-cipher.ts';
import { type GatewayConfig, readConfig } from './config.ts';
import { RateLimits } from './domain/rate-limit.ts';
import { wireGraphQl } from './graphql/wire-graphql.ts';
import { consoleDoor } from './http/console-door.ts';
import type { GatewayPorts } from './http/gateway-ports.ts';
import { createGatewayServer } from './http/gateway-server.ts';
import { wireLive } from './live/wire-live.ts';
import { gatewayEndpoints, type IdentityOperations } from './nats-routes.ts';
import { admitFirstIdentities } from './operations/admit-first-identities.ts';
import { createAuthenticate } from './operations/authenticate.ts';
import { createKey } from './operations/keys/create-key.ts';
import { listKeys, showKey } from './operations/keys/list-keys.ts';
import { revokeKey } from './operations/keys/revoke-key.ts';
import { rotateKey } from './operations/keys/rotate-key.ts';
import { createNoteUse } from './operations/note-use.ts';
import { OpenSessions } from './operations/open-sessions.ts';
import type { Report } from './operations/ports.ts';
import { rememberedAnswer } from './operations/remembered-answer.ts';
import { createTenant, listTenants, showTenant } from './operations/tenants/create-tenant.ts';
import { suspendTenant } from './operations/tenants/suspend-tenant.ts';
import { gatewayRoutes } from './routes.ts';
import { wireAudit } from './wire-audit.ts';
import { wireIssuers } from './wire-issuers.ts';
import { wireMcp } from './wire-mcp.ts';
import { wireMetrics } from './wire-metrics.ts';
import { wireNatsAccess } from './wire-nats-access.ts';
import { wireVoice } from './wire-voice.ts';

export { type GatewayConfig, readConfig };

export interface RunningGateway extends RunningService {
  /** Where it listens. */
  readonly url: string;
}

/** Wires a gateway and serves it. Start more behind a load balancer: they share nothing but the store of keys. */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const log = createLogger({ service: 'gateway', ...config });
  const report: Report = (level, message, facts) => log[level](facts, message);
  const telemetry = await startTelemetry('gateway', config);
  const connection = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('gateway'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const messaging = provenCalls(connection);
  const now = Date.now;
  const { recordAudit, access, ...audit } = wireAudit({ ...config, messaging, log, report, now });
  let sessions: OpenSessions | null = null;
  const store = await openNatsIdentity(await messaging.bucket('identity'), {
    onError: (error, key) => log.error({ err: error, key }, 'a row of the identities was left out'),
    onChanged: () => sessions?.look(),
  });
  sessions = new OpenSessions(store, now, access.tellSession);
  const hashOf = (secret: string) => hashSecret(config.pepper, secret);
  const makeSecret = () => {
    const secret = newSecret();
    return { secret, hash: hashOf(secret) };
  };
  const ofKeys = { store, makeSecret, now, recordAudit, report };
  await admitFirstIdentities({ ...ofKeys, hashOf }, config.firstIdentities);
  const issuers = wireIssuers(config, log, { ...ofKeys, tally: access.tally });
  const identity: IdentityOperations = {
    ...issuers.operations,
    createKey: createKey(ofKeys),
    listKeys: listKeys(ofKeys),
    showKey: showKey(ofKeys),
    rotateKey: rotateKey(ofKeys),
    revokeKey: revokeKey(ofKeys),
    createTenant: createTenant(ofKeys),
    listTenants: listTenants(ofKeys),
    showTenant: showTenant(ofKeys),
    suspendTenant: suspendTenant(ofKeys),
  };
  const served = await messaging.serve(
    {
      name: 'gateway',
      version: '0.1.0',
      description: 'The door for HTTP',
      status: selfReport(config, () => ({
        doors: [
          {
            serves: 'api',
            host: config.host,
            port: config.port,
            public_url: null,
            behind_proxy: config.trustedProxies.length > 0,
          },
        ],
        diverted: config.dialOverride !== null,
      })),
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
      ...(config.telemetry != null && { trace: traceRequests(telemetry.tracing) }),
    },
    gatewayEndpoints(identity),
  );
  // One for all tenants: it is the executors that are overloaded, whoever asks.
  const throttle = new Throttle();
  const limits = new RateLimits(config);
  const { counts, metricsText } = wireMetrics({ messaging, telemetry, sessions });
  const agentOf = (tenant: string) => agentOver(messaging, tenant, {}, throttle);
  const mcp = wireMcp({ messaging, report }, { ...config, agentOf, sessions });
  const admission = {
    authenticate: createAuthenticate({
      store,
      pepper: config.pepper,
      now,
      onUsed: createNoteUse({ store, report, now }),
      authenticateToken: issuers.authenticateToken,
      tally: access.tally,
    }),
    onRefused: access.onRefused,
    takeRate: (principal: Principal) => limits.take(nameOf(principal), performance.now()),
  };
  const onFailure = (error: unknown, request: string) =>
    log.error({ err: error, request }, 'a request failed unexpectedly');
  const live = wireLive({ ...config, ...admission, messaging, sessions, onFailure });
  const natsAccess = await wireNatsAccess(config, log, { ...admission, store, sessions, now });
  const voice = wireVoice(config);
  const ports: GatewayPorts = {
    ask: messaging.request,
    askEvery: messaging.askEvery,
    agentOf,
    adminOf: (tenant) => adminOver(messaging, tenant),
    identity,
    sessions,
    metricsText,
    voice,
  };
  const graphql = wireGraphQl({ ...config, ...admission, ports, live, look: audit.lookAtGraph, onFailure });
  const app = await createGatewayServer({
    ...config,
    ...admission,
    doors: [mcp.door, live.door, graphql.door, consoleDoor(readConsole(config.consoleDir))],
    routes: gatewayRoutes(ports),
    rateTerms: config,
    audited: audit.audited,
    remembered: rememberedAnswer({
      memory: natsRequestMemory(await messaging.bucket('http_requests')),
      ...requestCipher(config.pepper),
      now,
    }),
    onFailure,
    onAnswered(facts) {
      counts.count(facts);
      log.debug(facts, 'answered');
    },
    tracing: telemetry.tracing,
    isReady: () => messaging.connected,
  });
  await messaging.flush();
  const url = await app.listen({ host: config.host, port: config.port });
  log.info({ nats: messaging.serverVersion, url }, 'gateway ready');
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    url,
    stop: stopInOrder([
      () => Promise.all([app.close(), served.stop(), natsAccess.close()]),
      () => mcp.close(),
      () => live.close(),
      () => sessions.close(),
      () => issuers.close(),
      () => voice.pending.close(),
      () => store.close(),
      () => audit.close(),
      () => telemetry.stop(),
      () => messaging.close(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startGateway(readConfig()));
