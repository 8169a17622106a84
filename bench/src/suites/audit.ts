import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localSigningKey } from '@patchbay/audit-log/proofs';
import { type OpenStore, openStore } from '@patchbay/audit-service/store';
import { AnalyticsRequest, AuditQuery, ListUnknown, PatchbayError } from '@patchbay/contracts';
import { startPostgresServer } from '@patchbay/local-servers';
import { countEvents, makeEvents, type Sample } from '../audit-events.ts';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- audit [options]

How many events a second the audit store takes, from MAC and contract to the row, its place in the log and the tree; and how long
the usual questions take when it holds so many. Messages are made up before each is timed; NATS is not in it. All events go in by
the way of the service. Their times go over a year, so that on a server they lie in twelve partitions.

  --store KIND      pglite, or postgres: a server of this machine's own programs, with fsync (default pglite)
  --url URL         a server that is there already, with an empty database
  --events N        events to load (default 100000)
  --tenants N       tenants; half of all events are of the first (default 10)
  --queries N       questions of each kind (default 200)
  --json            print one JSON object
`;

const options = readOptions(usage, { store: 'pglite', url: '', events: 100_000, tenants: 10, queries: 200 });
const { events: total, tenants, queries } = options;
const year = 365 * 86_400_000;
const day = 86_400_000;
const messagesOfBatch = 20;
const eventsOfMessage = 25;

const context = { traceId: null };
const iso = (ms: number) => new Date(ms).toISOString();

/** The usual questions, about something that there is. */
const questions: readonly { readonly what: string; ask(store: OpenStore, about: Sample): Promise<unknown> }[] = [
  {
    what: 'newest 100 events of a tenant',
    ask: (store, { tenant }) => store.queryAudit(AuditQuery.parse({ tenant }), context),
  },
  {
    what: 'an execution, by its id',
    ask: (store, { tenant, execution }) =>
      store.queryAudit(AuditQuery.parse({ tenant, execution_id: execution }), context),
  },
  {
    what: 'an event, by its id',
    ask: (store, { tenant, event }) => store.queryAudit(AuditQuery.parse({ tenant, event_id: event }), context),
  },
  {
    what: 'a session',
    ask: (store, { tenant, session }) => store.queryAudit(AuditQuery.parse({ tenant, session }), context),
  },
  {
    what: 'a tool, 100 events before a time',
    ask: (store, { tenant, tool, time }) =>
      store.queryAudit(AuditQuery.parse({ tenant, tool, to: iso(time) }), context),
  },
  {
    what: 'what failed on a day, up to 100',
    ask: (store, { tenant, time }) =>
      store.queryAudit(AuditQuery.parse({ tenant, status: 'failed', from: iso(time - day), to: iso(time) }), context),
  },
  {
    what: 'unknown executions of 7 days',
    ask: (store, { tenant }) => store.listUnknown(ListUnknown.parse({ tenant }), context),
  },
  {
    what: 'analytics of a day, by tool',
    ask: (store, { tenant, time }) =>
      store.queryAnalytics(AnalyticsRequest.parse({ tenant, from: iso(time - day), to: iso(time) })),
  },
  {
    what: 'proof that an event is in the log',
    ask: (store, { tenant, event }) => store.log.operations.proveInclusion({ tenant, event_id: event }, context),
  },
  {
    what: 'proof that the log only grew',
    ask: async (store, { tenant }) => store.log.operations.proveConsistency({ tenant, from: 1 }),
  },
];

const macKey = randomBytes(32);
// Behind the month of the schema's making, which has a partition with all that came before.
const fromMs = Date.now();
const directory = options.store === 'pglite' && options.url === '' ? mkdtempSync(join(tmpdir(), 'bench-audit-')) : null;
/** As a small server of its own has it. */
const memory = ['shared_buffers=1GB', 'max_wal_size=4GB', 'effective_cache_size=4GB', 'random_page_cost=1.1'];
const server = directory === null && options.url === '' ? await startPostgresServer(memory) : null;
try {
  const store = await openStore({
    url: server?.url ?? (directory === null ? options.url : `pglite:${directory}`),
    macKeys: new Map([['executor', macKey]]),
    signingKey: localSigningKey(generateKeyPairSync('ed25519').privateKey),
    now: () => fromMs + year,
  });
  try {
    await measure(store);
  } finally {
    await store.close();
  }
} finally {
  await server?.stop();
  if (directory !== null) rmSync(directory, { recursive: true, force: true });
}

async function measure(store: OpenStore): Promise<void> {
  for (let at = fromMs; at < fromMs + year; at += 28 * day) await store.makePartitions(at);
  const maker = makeEvents({ macKey, tenants, total, fromMs, toMs: fromMs + year });
  const ingest = await load(store, maker);
  await store.analyse();
  await store.log.keepSigning();
  const found: Awaited<ReturnType<typeof time>>[] = [];
  for (const question of questions) found.push(await time(store, question, maker.samples));
  const sizes = await store.sizes();
  print(options, { store: options.store, ...ingest, sizes, queries: found }, () =>
    [
      `${number(ingest.events)} events of ${tenants} tenants in ${options.store === 'pglite' ? 'PGlite' : 'PostgreSQL'}, ${number(sizes.events / ingest.events)} bytes each with indexes, ${number(sizes.all / 1e6)} MB in all.\n`,
      table(
        ['events so far', 'events/s', 'CPU µs / event'],
        ingest.steps.map((step) => [number(step.events), number(step.per_second), number(step.cpu_us, 1)]),
      ),
      '',
      table(
        ['question', 'p50 ms', 'p99 ms', 'max ms'],
        found.map((one) => [one.what, number(one.p50_ms, 2), number(one.p99_ms, 2), number(one.max_ms, 2)]),
      ),
    ].join('\n'),
  );
}

interface Step {
  readonly events: number;
  /** Over the time that the store had the batches, without making them up. */
  readonly per_second: number;
  /** Of this process: with PGlite all of it, with a server the client's part. */
  readonly cpu_us: number;
}

async function load(store: OpenStore, maker: ReturnType<typeof makeEvents>) {
  const steps: Step[] = [];
  let [events, ms, cpu] = [0, 0, 0];
  let since = { events: 0, ms: 0, cpu: 0 };
  while (events < total) {
    const messages = maker.messages(messagesOfBatch, eventsOfMessage);
    const before = process.cpuUsage();
    const startedAt = performance.now();
    await store.store(messages);
    ms += performance.now() - startedAt;
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
    events += countEvents(messages);
    if (events - since.events < total / 10 && events < total) continue;
    const count = events - since.events;
    steps.push({
      events,
      per_second: (count / (ms - since.ms)) * 1_000,
      cpu_us: (cpu - since.cpu) / count,
    });
    since = { events, ms, cpu };
    process.stderr.write(`${number(events)} events stored, ${number(steps.at(-1)?.per_second ?? 0)}/s\n`);
  }
  return { events, per_second: (events / ms) * 1_000, steps };
}

async function time(store: OpenStore, { what, ask }: (typeof questions)[number], samples: readonly Sample[]) {
  const times: number[] = [];
  for (let i = 0; i < queries; i++) {
    // Evenly over what there is, in no order that a cache would like.
    const about = samples[(i * 7_919) % samples.length] as Sample;
    const startedAt = performance.now();
    try {
      await ask(store, about);
    } catch (error) {
      if (error instanceof PatchbayError) throw new Error(`${what}: ${error.message}`, { cause: error });
      throw error;
    }
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
  return { what, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}
