import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RestoreReport } from '@patchbay/installation';
import type { Agent } from '@patchbay/sdk';
import { backUp, preparePlaces } from './backup-of.ts';
import { patchbayCommand } from './command-line.ts';
import { type Database, startDatabase } from './database.ts';
import type { Drill } from './drill.ts';
import { publishTools, scratch, startMachine, startUpstream } from './installation.ts';
import { type Call, endings, judgeEffects, startLoad, succeeded } from './load.ts';
import { missingOf, recordsOf, untilNone } from './records.ts';
import { checkpointsOf, problemsOf } from './verify-log.ts';

const tools = 'restored';
/** Outcomes follow their answers; within this time they are on the stream. */
const outcomeMs = 2_000;

/**
 * The only machine is lost with its disk, and another is filled from a backup that was made under load. What was acknowledged before
 * the backup began is all there; what came later is gone, and counted: one machine can promise no more.
 */
export function restoreMachineDrill(drill: Drill): Promise<void> {
  return restoreMachine(drill, async () => null);
}

/** The same, with the audit database on a PostgreSQL server, which is lost as well. */
export function restorePostgresDrill(drill: Drill): Promise<void> {
  return restoreMachine(drill, () =>
    drill.step('start a PostgreSQL server with an empty database', () => startDatabase(drill)),
  );
}

async function restoreMachine(drill: Drill, nextDatabase: () => Promise<Database | null>): Promise<void> {
  const upstream = await startUpstream(drill);
  const safe = scratch(drill);
  const stateDir = join(scratch(drill), 'state');
  const database = await nextDatabase();
  const first = await drill.step('start an installation of one machine', () =>
    startMachine(drill, stateDir, upstream, database?.urlFile),
  );
  await publishTools(first, upstream, tools);
  const places = await preparePlaces(safe, stateDir);
  await patchbayCommand(stateDir, ['backup', 'mirror-roots', '--to', places.mirror]);
  const operatorKey = readFileSync(first.facts.operator_key, 'utf8').trim();

  const load = startLoad({ agent: first.agent, tools, workers: 6, deadlineMs: 10_000, gapMs: 20 });
  await load.until(300);
  // A checkpoint is signed once a minute, or after 1,000 events: the restored log must go on from one.
  await untilNone(async () => ((await checkpointsOf(first.admin)).length > 0 ? 0 : 1), 75);
  const before = await checkpointsOf(first.admin);
  const report = await drill.step('make a backup while calls go on', () => backUp(stateDir, places, database?.urlFile));
  drill.figure('backup', report.store.bytes + (report.keys?.bytes ?? 0), 'bytes');
  drill.figure('messages in it', report.store.messages);
  await delay(3_000);

  const lostAt = Date.now();
  await drill.step('lose the machine: every process killed, its disk empty', async () => {
    await first.lose();
    await database?.lose();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const calls = await load.end();
  const startedAt = Date.parse(report.started_at);
  const answered = calls.filter((call) => succeeded(call) && call.answeredAt <= lostAt);
  const early = answered.filter(({ answeredAt }) => answeredAt < startedAt);
  const late = answered.filter(({ answeredAt }) => answeredAt >= startedAt);
  const effectsBefore = (await upstream.sandbox.effects({ tool: `${tools}_book` })).length;

  const begun = performance.now();
  const empty = await nextDatabase();
  const restored = await drill.step('restore another machine from the backup', () =>
    patchbayCommand<RestoreReport>(stateDir, [
      ...['backup', 'restore', '--state', stateDir, '--from', places.store, '--keys-from', places.keys],
      ...['--roots-from', places.mirror, '--key', places.seed, '--submissions', 'leave-out'],
      ...(empty === null ? [] : ['--database-url-file', empty.urlFile]),
    ]),
  );
  const second = await drill.step('start Patchbay on it', () =>
    startMachine(drill, stateDir, upstream, empty?.urlFile),
  );
  await drill.step('make a call with a credential from before', async () => {
    const result = await second.agent.execute(`${tools}_look`, { number: 1 }, { deadlineMs: 10_000 });
    if (result.status !== 'succeeded') throw new Error(`the first call ended as ${JSON.stringify(result.error)}`);
  });
  drill.figure('recovery time', (performance.now() - begun) / 1_000, 's');
  drill.figure('recovery point', (lostAt - startedAt) / 1_000, 's before the loss');

  await drill.step('hold the restored log against what callers were told', async () => {
    const wait = () => recordsOf(second.admin, tools).then((records) => missingOf(early, records).intents);
    await untilNone(wait, 60);
    const records = await recordsOf(second.admin, tools);
    const settled = early.filter(({ answeredAt }) => answeredAt < startedAt - outcomeMs);
    drill.figure('calls acknowledged before the backup began', early.length);
    drill.equals('of their audit events lost: intents', missingOf(early, records).intents, 0);
    drill.equals('of their audit events lost: outcomes', missingOf(settled, records).outcomes, 0);
    drill.figure('calls acknowledged after it began', late.length);
    drill.figure('of their audit events lost: intents', missingOf(late, records).intents);
    drill.figure(
      'what callers were told until the loss',
      endings(calls.filter(({ answeredAt }) => answeredAt <= lostAt)),
    );
  });
  await repeatKeys(drill, second.agent, early);
  const repeated = (await upstream.sandbox.effects({ tool: `${tools}_book` })).length;
  drill.equals('effects of repeats under keys of before', repeated - effectsBefore, 0);
  const judged = judgeEffects(calls, await upstream.sandbox.effects({ tool: `${tools}_book` }));
  drill.equals('calls with two effects', judged.doubled, 0);

  const found = await drill.step('verify the audit log', () => problemsOf(second.admin));
  drill.equals('problems in the audit stream and the store', found.messages, 0);
  drill.equals("problems in the log's tree and records", found.log, 0);
  const after = await checkpointsOf(second.admin);
  const goesOn = before.every((one) => after.some((other) => other.root === one.root && other.size === one.size));
  drill.equals('checkpoints of before are in the restored log', String(goesOn && before.length > 0), 'true');
  const answer = await fetch(`${second.facts.gateway_url}/v1/tenants`, {
    headers: { authorization: `Bearer ${operatorKey}` },
  });
  drill.equals('the API key of before is taken', answer.status, 200);
  drill.equals('roots came from their mirror', String(existsSync(join(stateDir, 'roots', 'acme.root'))), 'true');
  drill.figure('streams restored', restored.streams);
  await second.stop();
}

async function repeatKeys(drill: Drill, agent: Agent, early: readonly Call[]) {
  const keyed = early.filter(({ key }) => key !== null).slice(-50);
  const replays = await drill.step('repeat calls under keys of before', () =>
    Promise.all(
      keyed.map(({ number, key }) =>
        agent.execute(`${tools}_book`, { number }, { idempotencyKey: key as string, deadlineMs: 10_000 }),
      ),
    ),
  );
  drill.equals(
    'repeats answered from the ledger',
    replays.filter(({ replayed, status }) => replayed && status === 'succeeded').length,
    keyed.length,
  );
}
