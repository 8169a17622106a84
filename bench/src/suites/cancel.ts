import { once } from 'node:events';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { connect } from '@patchbay/sdk';
import { startBench } from '../start-bench.ts';
import { documentOf, requestArguments } from '../work.ts';

const usage = `Usage: npm run bench -- cancel [options]

How long it takes from the moment an agent sends a cancel until the upstream sees the socket of the cancelled read closed.
Agent, NATS, each executor and the upstream are processes of their own; the clock is the machine's monotonic one. The cancel
names a session, so it goes to every executor, and most of the time not through the one that has the read.

  --executors N     executors (default 3)
  --rounds N        cancels (default 300)
  --json            print one JSON object
`;

const { values } = parseArgs({
  options: {
    executors: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '300' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const warmUp = 20;
const bench = await startBench({ executors: Number(values.executors) });
try {
  await bench.asAdmin(async (admin) => {
    await admin.register({ document: documentOf('hanging') });
    await admin.addConnection({ integration: 'hanging', credential: { type: 'bearer', token: 'bench-credential' } });
  });
  const { facts } = bench.patchbay;
  const agent = await connect({ servers: facts.nats_url, tenant: facts.tenant, credentials: facts.agent_credentials });
  /** Milliseconds to the closed socket, and to the cancel's own answer. */
  const closed: number[] = [];
  const answered: number[] = [];
  for (let round = 0; round < Number(values.rounds) + warmUp; round++) {
    const session = `call-${round}`;
    const opened = once(bench.upstream, 'message');
    const call = agent.execute('hanging_lookup', requestArguments, { context: { session }, deadlineMs: 60_000 });
    await opened;
    const closing = once(bench.upstream, 'message');
    const sentAt = process.hrtime.bigint();
    const cancelling = agent.cancel({ session });
    await cancelling;
    const answeredAt = process.hrtime.bigint();
    const [{ closedAt }] = (await closing) as [{ closedAt: string }];
    const { status } = await call;
    if (status !== 'cancelled') throw new Error(`a cancelled read ended as ${status}`);
    if (round < warmUp) continue;
    closed.push(Number(BigInt(closedAt) - sentAt) / 1e6);
    answered.push(Number(answeredAt - sentAt) / 1e6);
  }
  await agent.close();
  const at = (of: number[], share: number) =>
    of.toSorted((a, b) => a - b)[Math.min(of.length - 1, Math.floor(of.length * share))] as number;
  const row = (what: string, of: number[]) => ({
    what,
    p50_ms: at(of, 0.5),
    p95_ms: at(of, 0.95),
    p99_ms: at(of, 0.99),
  });
  const rows = [row('socket closed', closed), row('cancel answered', answered)];
  const facts_ = { cpus: cpus().length, executors: Number(values.executors), rounds: closed.length };
  if (values.json) process.stdout.write(`${JSON.stringify({ ...facts_, rows })}\n`);
  else
    process.stdout.write(
      `${facts_.rounds} cancels, ${facts_.executors} executors\n\n| from cancel to | p50 ms | p95 ms | p99 ms |\n|---|--:|--:|--:|\n${rows
        .map(
          (one) => `| ${one.what} | ${[one.p50_ms, one.p95_ms, one.p99_ms].map((ms) => ms.toFixed(2)).join(' | ')} |`,
        )
        .join('\n')}\n`,
    );
} finally {
  await bench.stop();
}
process.exit();
