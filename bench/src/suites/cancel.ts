import { once } from 'node:events';
import { connect } from '@patchbay/sdk';
import { startBench } from '../start-bench.ts';
import { number, print, readOptions, table } from '../suite.ts';
import { documentOf, percentilesOf, requestArguments } from '../work.ts';

const usage = `Usage: npm run bench -- cancel [options]

How long it takes from the moment an agent sends a cancel until the upstream sees the socket of the cancelled read closed.
Agent, NATS, each executor and the upstream are processes of their own; the clock is the machine's monotonic one. The cancel
names a session, so it goes to every executor, and most of the time not through the one that has the read.

  --executors N     executors (default 3)
  --rounds N        cancels (default 300)
  --json            print one JSON object
`;

const options = readOptions(usage, { executors: 3, rounds: 300 });

const warmUp = 20;
const bench = await startBench({ executors: options.executors });
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
  for (let round = 0; round < options.rounds + warmUp; round++) {
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
  const row = (what: string, of: number[]) => {
    const { p50, p95, p99 } = percentilesOf(of);
    return { what, p50_ms: p50, p95_ms: p95, p99_ms: p99 };
  };
  const rows = [row('socket closed', closed), row('cancel answered', answered)];
  print(options, { executors: options.executors, rounds: closed.length, rows }, () => {
    const cells = rows.map((one) => [one.what, ...[one.p50_ms, one.p95_ms, one.p99_ms].map((ms) => number(ms, 2))]);
    const head = `${closed.length} cancels, ${options.executors} executors\n\n`;
    return head + table(['from cancel to', 'p50 ms', 'p95 ms', 'p99 ms'], cells);
  });
} finally {
  await bench.stop();
}
process.exit();
