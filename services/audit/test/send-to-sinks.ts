import { randomUUID } from 'node:crypto';
import { createEgress } from '@patchbay/egress';
import { openAuditDatabase } from '../src/adapters/audit-database.ts';
import { createHttpSink } from '../src/adapters/http-sink.ts';
import { createPostgresLogRecords } from '../src/adapters/postgres-log-records.ts';
import { createPostgresSinks, createPostgresSinkWork } from '../src/adapters/postgres-sinks.ts';
import { createSendToSinks } from '../src/operations/sinks/send-to-sinks.ts';
import { repeatedly } from '../src/repeatedly.ts';

// A process that sends to sinks until it is killed.
const { databaseUrl, id, origin } = JSON.parse(process.argv[2] as string) as Record<string, string>;
const database = await openAuditDatabase(databaseUrl as string);
const send = createSendToSinks({
  ...createPostgresSinkWork(database, {
    readPlaces: createPostgresLogRecords(database),
    known: [id as string],
    onAltered: () => {},
  }),
  record: async () => {},
  onUnrecorded: () => {},
  setState: createPostgresSinks(database).setState,
  owner: randomUUID(),
  leaseMs: 500,
  now: Date.now,
  random: Math.random,
  send: createHttpSink({
    egress: createEgress({ trustedOrigins: [origin as string] }),
    tokenOf: async () => null,
    now: Date.now,
    signal: new AbortController().signal,
  }),
  pauseRule: { failures: 1_000, failingForMs: 0 },
  onPaused: () => {},
  onFailed: () => {},
  stopping: () => false,
});
repeatedly(async () => (await send()) > 0, { idleMs: 50, onError: () => {} });
