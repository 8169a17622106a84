import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { provisionInstallation } from '@patchbay/installation';
import { seedFileOf } from '@patchbay/local-servers';
import { backUp, preparePlaces } from './backup-of.ts';
import { patchbayCommand } from './command-line.ts';
import type { Drill } from './drill.ts';
import { install, publishTools, scratch, startUpstream } from './installation.ts';
import { endings, judgeEffects, startLoad, succeeded } from './load.ts';
import { loseNode, startNode } from './nats-node.ts';
import { missingOf, recordsOf, untilNone } from './records.ts';
import { checkpointsOf, problemsOf } from './verify-log.ts';

const tools = 'rejoined';
/** The machine that is lost: the first nats-server, an executor, and the audit service with its database. */
const lost = 0;

/**
 * One of three machines is lost with its disk under load, and filled again: its nats-server by the other two, its database from a
 * backup and the stream. Nothing that was acknowledged until the end may be missing.
 */
export async function restoreNodeDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const stateDir = join(scratch(drill), 'state');
  const installation = await drill.step('start an installation on three nats-servers', () =>
    install(drill, stateDir, upstream, { natsServers: 3 }),
  );
  const { admin, agent, patchbay, facts } = installation;
  await publishTools(installation, upstream, tools);
  const places = await preparePlaces(scratch(drill), stateDir);
  const load = startLoad({ agent, tools, workers: 4, deadlineMs: 10_000, gapMs: 40 });
  await load.until(200);
  await untilNone(async () => ((await checkpointsOf(admin)).length > 0 ? 0 : 1), 75);
  await drill.step('make a backup while calls go on', () => backUp(stateDir, places));
  await delay(3_000);

  const before = load.calls.length;
  const lostAt = Date.now();
  await drill.step('lose a machine: a nats-server, an executor, the audit service, and their disk', async () => {
    for (const name of ['audit', 'executor'])
      patchbay.services.find(({ service }) => service === name)?.kill('SIGKILL');
    loseNode(patchbay, lost, true);
    rmSync(join(stateDir, 'postgres'), { recursive: true, force: true });
    rmSync(join(stateDir, 'postgres.pid'), { force: true });
    // What a spool holds is nowhere else until the stream has it: the one thing that three copies do not cover.
    const spools = ['audit-1', 'executor-1'].map((name) => join(stateDir, 'spool', name));
    drill.figure('spooled records lost with the machine, files', spools.flatMap(spoolFiles).length);
    for (const spool of spools) rmSync(spool, { recursive: true, force: true });
  });
  await delay(5_000);

  const begun = performance.now();
  const backup = ['--nats', facts.nats_url, '--credentials', seedFileOf(patchbay.keys, 'backup')];
  await drill.step('start the nats-server empty, and have the others fill it', () => startNode(drill, patchbay, lost));
  await drill.step('restore the audit database, and have it offered the stream again', async () => {
    await patchbayCommand(stateDir, [
      ...['backup', 'unpack', places.store, 'database', '--key', places.seed],
      ...['--to', join(stateDir, 'postgres')],
    ]);
    await patchbayCommand(stateDir, ['backup', 'reread-audit', ...backup]);
    await provisionInstallation({
      natsUrls: facts.nats_url.split(','),
      seedFile: seedFileOf(patchbay.keys, 'provisioner'),
      replicas: 3,
      patienceMs: 60_000,
    });
  });
  await drill.step('start the audit service and an executor', () =>
    Promise.all([patchbay.addService('audit'), patchbay.addService('executor')]),
  );
  await delay(3_000);
  const calls = await load.end();
  const acknowledged = calls.filter(succeeded);
  await drill.step('hold the log against what callers were told', async () => {
    const missing = () =>
      recordsOf(admin, tools).then((records) => {
        const { intents, outcomes } = missingOf(acknowledged, records);
        return intents + outcomes;
      });
    await untilNone(missing, 90);
  });
  drill.figure('recovery time, until nothing is missing', (performance.now() - begun) / 1_000, 's');
  const records = await recordsOf(admin, tools);
  drill.figure('calls acknowledged', acknowledged.length);
  drill.figure(
    'of them after the machine was lost',
    acknowledged.filter(({ answeredAt }) => answeredAt > lostAt).length,
  );
  drill.equals('acknowledged audit events lost: intents', missingOf(acknowledged, records).intents, 0);
  drill.equals('acknowledged audit events lost: outcomes', missingOf(acknowledged, records).outcomes, 0);
  drill.figure('what callers were told from the loss on', endings(calls.slice(before)));
  const judged = judgeEffects(calls, await upstream.sandbox.effects({ tool: `${tools}_book` }));
  drill.equals('calls with two effects', judged.doubled, 0);
  drill.equals('calls that succeeded without an effect', judged.lost, 0);
  const found = await drill.step('verify the audit log', () => problemsOf(admin));
  drill.equals('problems in the audit stream and the store', found.messages, 0);
  drill.equals("problems in the log's tree and records", found.log, 0);
  await installation.stop();
}

function spoolFiles(spool: string): string[] {
  return existsSync(spool) ? readdirSync(spool).filter((name) => name.endsWith('.spool')) : [];
}
