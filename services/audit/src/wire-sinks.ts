import { randomUUID } from 'node:crypto';
import { checkUrl, createEgress } from '@patchbay/egress';
import { openTenantRules } from '@patchbay/egress/tenant-rules-file';
import type { Messaging } from '@patchbay/messaging';
import type { Logger } from '@patchbay/service-kit';
import { openWebhookSecrets } from '@patchbay/webhook-secrets';
import type { AuditDatabase } from './adapters/audit-database.ts';
import { createHttpSink } from './adapters/http-sink.ts';
import type { ReadLogPlaces } from './adapters/postgres-log-records.ts';
import { createPostgresSinks, createPostgresSinkWork } from './adapters/postgres-sinks.ts';
import type { KeepingConfig } from './keeping-config.ts';
import type { ActPorts } from './operations/recorded-act.ts';
import { createListSinks } from './operations/sinks/list-sinks.ts';
import { createPauseSink } from './operations/sinks/pause-sink.ts';
import { createRemoveSink } from './operations/sinks/remove-sink.ts';
import { createSendToSinks } from './operations/sinks/send-to-sinks.ts';
import { createSetSink } from './operations/sinks/set-sink.ts';
import { repeatedly } from './repeatedly.ts';

export interface SinkWiring {
  readonly database: AuditDatabase;
  readonly messaging: Messaging;
  readonly config: KeepingConfig;
  readonly log: Logger;
  readonly act: ActPorts;
  readonly readPlaces: ReadLogPlaces;
  readonly onAltered: (tenant: string, index: number) => void;
}

/** Milliseconds between looks for records that are to be sent. */
const lookMs = 1_000;
/** Milliseconds for which a sink is one process's: four times what a request may take, and how long it waits after a kill. */
const leaseMs = 60_000;

/** Sinks: what is answered about them, and the sending. */
export function wireSinks({ database, messaging, config, log, act, readPlaces, onAltered }: SinkWiring) {
  const rules = openTenantRules({
    path: config.tenantPoliciesFile,
    onApplied: (tenants) => log.info({ tenants }, 'tenant policies applied'),
    onError: (err) => log.error({ err }, 'tenant policies not changed: the file cannot be used'),
  });
  const egress = createEgress({
    rulesOf: rules.of,
    trustedOrigins: config.trustedOrigins,
    onRefused: (refusal) => log.warn({ refusal }, 'egress refused'),
  });
  const secrets = openWebhookSecrets({ messaging, service: 'audit' });
  const store = createPostgresSinks(database);
  const idOf = (name: string) => `file:${name}`;
  const configured = new Map(config.sinks.map(({ name, token }) => [name, { hasToken: token !== null }]));
  const tokens = new Map(config.sinks.map(({ name, token }) => [idOf(name), token]));
  const ended = new AbortController();
  let isReady = false;

  /** What the file says of the installation's sinks, into the store that says how far they are. */
  async function prepare(): Promise<void> {
    for (const { name, settings, start } of config.sinks) {
      const before = await store.find(null, name);
      const from = before !== null ? undefined : start === 'now' ? 'end' : 0;
      await store.put({ id: idOf(name), tenant: null, name, settings, secretId: null }, from);
    }
    isReady = true;
  }

  const send = createSendToSinks({
    ...act,
    ...createPostgresSinkWork(database, { readPlaces, known: [...tokens.keys()], onAltered }),
    setState: store.setState,
    owner: randomUUID(),
    leaseMs,
    now: Date.now,
    random: Math.random,
    send: createHttpSink({
      egress,
      async tokenOf({ id, tenant, secretId }) {
        if (tenant === null) return tokens.get(id) ?? null;
        if (secretId === null) return null;
        return (await secrets.of({ tenant, owner: id }, [secretId])).get(secretId) ?? null;
      },
      now: Date.now,
      signal: ended.signal,
    }),
    pauseRule: config.sinkPauseRule,
    onPaused: ({ tenant, name }, problem) =>
      log.error({ alert: 'audit_sink_paused', tenant, sink: name, problem }, 'A sink is paused: its target is dead'),
    onFailed: ({ tenant, name }, problem) => log.warn({ tenant, sink: name, problem }, 'A sink did not take records'),
    stopping: () => ended.signal.aborted,
  });
  const sending = repeatedly(
    async () => {
      if (!isReady) await prepare();
      return (await send()) > 0;
    },
    { idleMs: lookMs, onError: (err) => log.warn({ err }, 'Sending to sinks failed') },
  );

  return {
    operations: {
      listSinks: createListSinks({ list: store.list, configured }),
      setSink: createSetSink({
        ...act,
        find: store.find,
        put: store.put,
        refuseUrl(tenant, url) {
          const own = rules.of(tenant);
          const checked = checkUrl(url, {
            trustedOrigins: new Set(config.trustedOrigins),
            ports: 'any',
            ...(own !== null && { isPrivateHost: (name: string, port: number) => own.isPrivateHost(name, port) }),
          });
          return checked.ok ? null : `No request may go to this URL (${checked.reason}).`;
        },
        keepToken: (tenant, owner, token) => secrets.keepSealed({ tenant, owner, ...token }),
        dropToken: async (tenant, owner, id) => void (await secrets.drop({ tenant, owner, id })),
      }),
      removeSink: createRemoveSink({
        ...act,
        find: store.find,
        remove: store.remove,
        dropToken: async (tenant, owner, id) => void (await secrets.drop({ tenant, owner, id })),
      }),
      pauseSink: createPauseSink({ ...act, find: store.find, setState: store.setState, configured }),
    },
    async close() {
      ended.abort();
      await sending.stop();
      secrets.close();
      rules.close();
      await egress.close();
    },
  };
}
