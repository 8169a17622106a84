import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { provisionInstallation, type RestoredStreams } from '@patchbay/installation';
import { seedFileOf } from '@patchbay/local-servers';
import type { Agent } from '@patchbay/sdk';
import { backUp, preparePlaces } from './backup-of.ts';
import { patchbayCommand } from './command-line.ts';
import type { Drill } from './drill.ts';
import { install, publishTools, scratch, startOrder, startUpstream } from './installation.ts';
import { endings, judgeEffects, startLoad, succeeded } from './load.ts';
import { loseNode, startNode } from './nats-node.ts';
import { missingOf, recordsOf, untilNone } from './records.ts';
import { checkpointsOf, problemsOf } from './verify-log.ts';

const [tools, later] = ['damaged', 'later'];
/** One that services read all the time, and the one that must not lose anything. */
const lost = ['KV_connections', 'AUDIT'];

/**
 * Two streams of a nats-server that runs otherwise are gone, and are made again from a backup that is older than they were. What the
 * database had of the audit stream since is still there, and is named; events that come now get places that were given out before.
 */
export async function restoreStreamsDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const stateDir = join(scratch(drill), 'state');
  const installation = await drill.step('start an installation', () =>
    install(drill, stateDir, upstream, { executors: 1 }),
  );
  const { admin, agent, patchbay, facts } = installation;
  await publishTools(installation, upstream, tools);
  const places = await preparePlaces(scratch(drill), stateDir);
  const load = startLoad({ agent, tools, workers: 4, deadlineMs: 10_000, gapMs: 20 });
  await load.until(200);
  await untilNone(async () => ((await checkpointsOf(admin)).length > 0 ? 0 : 1), 75);
  await drill.step('make a backup while calls go on', () => backUp(stateDir, places));
  const backedUp = load.calls.length;
  await load.until(backedUp + 150);
  const before = await load.end();
  await publishTools(installation, upstream, later);
  await drill.step('wait until everything is stored', () =>
    untilNone(async () => {
      const { intents, outcomes } = missingOf(before.filter(succeeded), await recordsOf(admin, tools));
      return intents + outcomes;
    }, 60),
  );

  await drill.step('stop the services', async () => {
    for (const service of startOrder.toReversed())
      await Promise.all(patchbay.services.filter((one) => one.service === service).map((one) => one.stop()));
  });
  await drill.step(`lose ${lost.join(' and ')} on disk`, async () => {
    loseNode(patchbay, 0, false);
    for (const name of lost)
      for (const dir of globSync(join(patchbay.state.nats, 'jetstream', '**', 'streams', name)))
        rmSync(dir, { recursive: true });
    await startNode(drill, patchbay, 0);
  });

  const begun = performance.now();
  const restored = await drill.step('make them again from the backup', () =>
    patchbayCommand<RestoredStreams>(stateDir, [
      ...['backup', 'restore-streams', places.store, '--key', places.seed, '--only', lost.join(',')],
    ]),
  );
  drill.equals('streams made again', restored.streams, lost.length);
  await drill.step('provision, and start the services', async () => {
    await provisionInstallation({
      natsUrls: [facts.nats_url],
      seedFile: seedFileOf(patchbay.keys, 'provisioner'),
      replicas: 1,
      patienceMs: 60_000,
    });
    for (const service of startOrder) await patchbay.addService(service);
  });
  await drill.step('make a call with a connection from before', async () => {
    drill.equals('it ends as', await endOf(agent, tools), 'succeeded');
  });
  drill.figure('recovery time', (performance.now() - begun) / 1_000, 's');
  drill.equals(
    'a connection from after the backup is gone: its calls end as',
    await endOf(agent, later),
    'connection_missing',
  );
  await admin.addConnection({
    integration: later,
    credential: { type: 'bearer', token: 'token-made-again-0123456789' },
  });
  drill.equals('made again, they end as', await endOf(agent, later), 'succeeded');

  const again = startLoad({ agent, tools, workers: 4, deadlineMs: 10_000, gapMs: 20, from: 1_000_000 });
  await again.until(200);
  const after = await again.end();
  drill.figure('what callers were told before, and since', `${endings(before)}; ${endings(after)}`);
  const acknowledged = [...before, ...after].filter(succeeded);
  await drill.step('hold the log against what callers were told', async () => {
    const missing = async () => missingOf(acknowledged, await recordsOf(admin, tools));
    await untilNone(async () => Object.values(await missing()).reduce((a, b) => a + b), 60);
    const { intents, outcomes } = await missing();
    drill.equals('acknowledged audit events lost: intents', intents, 0);
    drill.equals('acknowledged audit events lost: outcomes', outcomes, 0);
  });
  const judged = judgeEffects([...before, ...after], await upstream.sandbox.effects({ tool: `${tools}_book` }));
  drill.equals('calls with two effects', judged.doubled, 0);
  const found = await drill.step('verify the audit log', () => problemsOf(admin));
  drill.figure('events of the database that the restored stream does not have', found.messages);
  drill.equals('what is said of them', found.kinds.join(', '), 'not_in_stream');
  drill.equals("problems in the log's tree and records", found.log, 0);
  await installation.stop();
}

async function endOf(agent: Agent, document: string): Promise<string> {
  const result = await agent.execute(`${document}_look`, { number: 1 }, { deadlineMs: 10_000 });
  return result.error?.code ?? result.status;
}
