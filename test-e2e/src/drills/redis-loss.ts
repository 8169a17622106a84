import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBinary } from '@patchbay/local-servers';
import { Redis } from 'ioredis';
import type { Drill } from './drill.ts';
import { publishTools, scratch, startMachine, startUpstream } from './installation.ts';
import { endings, judgeEffects, startLoad, succeeded } from './load.ts';

const tools = 'unlimited';
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Redis is lost under load with what it held, and comes back empty: no call fails, and limits are shared again. */
export async function redisLossDrill(drill: Drill): Promise<void> {
  const upstream = await startUpstream(drill);
  const stateDir = join(scratch(drill), 'state');
  const machine = await drill.step('start an installation', () => startMachine(drill, stateDir, upstream));
  await publishTools(machine, upstream, tools, { requests_per_minute: 60_000, burst_size: 1_000 });
  const load = startLoad({ agent: machine.agent, tools, workers: 4, deadlineMs: 10_000, gapMs: 40 });
  await load.until(60);
  const redis = new Redis(readFileSync(join(stateDir, 'run', 'redis.url'), 'utf8').trim());
  redis.on('error', () => {});
  drill.onEnd(() => redis.disconnect());
  drill.equals('counters are in Redis', String((await redis.dbsize()) > 0), 'true');

  const before = load.calls.length;
  await drill.step('kill Redis', async () => machine.killServer('redis'));
  await load.until(load.calls.length + 100);
  const away = load.calls.length;
  const begun = performance.now();
  await drill.step('start Redis again, empty', async () => {
    const server = spawn(findBinary('redis-server', root), [join(stateDir, 'redis', 'redis-server.conf')], {
      stdio: 'ignore',
    });
    drill.onEnd(() => void server.kill('SIGKILL'));
  });
  await drill.step('wait until limits are shared again', async () => {
    while (((await redis.dbsize().catch(() => 0)) as number) === 0) await delay(50);
  });
  drill.figure('limits are shared again after', (performance.now() - begun) / 1_000, 's');
  await load.until(load.calls.length + 60);
  const calls = await load.end();
  drill.figure('calls while Redis was away', away - before);
  drill.figure('what callers were told', endings(calls));
  drill.equals('failed calls', calls.filter((call) => !succeeded(call)).length, 0);
  const judged = judgeEffects(calls, await upstream.sandbox.effects({ tool: `${tools}_book` }));
  drill.equals('calls with two effects', judged.doubled, 0);
  await machine.stop();
}
