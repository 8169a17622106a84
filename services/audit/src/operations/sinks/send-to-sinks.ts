import { sinkRequest } from '../../domain/sink-request.ts';
import { isDead, retryDelayMs, type SinkPauseRule } from '../../domain/sink-retry.ts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { Backlog, SendToSink, SinkStore, SinkWork, StoredSink } from './ports.ts';

export interface SendToSinksPorts extends ActPorts, SinkWork, Pick<SinkStore, 'setState'> {
  /** Who this process is, unlike any other. */
  readonly owner: string;
  /** Milliseconds for which a sink is one process's. Longer than any request takes. */
  readonly leaseMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly send: SendToSink;
  readonly pauseRule: SinkPauseRule;
  /** Hears that a sink was paused because its target is dead. */
  readonly onPaused: (sink: StoredSink, problem: string) => void;
  readonly onFailed: (sink: StoredSink, problem: string) => void;
  readonly stopping: () => boolean;
}

/** Requests for one sink before others have their turn. */
const mostRequests = 50;

/**
 * Sends every sink that is due what it has not got, in the order of each tenant's log. A place is noted once the target took what
 * is before it: after a kill the last request may come twice, and nothing is left out.
 * @returns how many requests were taken; 0: there is nothing to do for now.
 */
export function createSendToSinks(ports: SendToSinksPorts): () => Promise<number> {
  return async () => {
    const sinks = await ports.claim(ports.owner, ports.leaseMs);
    const sent = await Promise.all(sinks.map((sink) => sendFor(ports, sink)));
    return sent.reduce((sum, taken) => sum + taken, 0);
  };
}

async function sendFor(ports: SendToSinksPorts, sink: StoredSink): Promise<number> {
  let taken = 0;
  try {
    for (const backlog of await ports.backlogs(sink)) {
      const result = await sendLog(ports, sink, backlog, mostRequests - taken);
      taken += result.taken;
      if (!result.goOn || taken >= mostRequests) break;
    }
  } finally {
    await ports.release(sink.id, ports.owner).catch(() => {}); // the lease ends by itself
  }
  return taken;
}

/** Sends one tenant's log. `goOn` false: the target fails, or the sink is no longer ours. */
async function sendLog(
  ports: SendToSinksPorts,
  sink: StoredSink,
  { tenant, nextIndex, size }: Backlog,
  most: number,
): Promise<{ taken: number; goOn: boolean }> {
  let taken = 0;
  let limit = sink.settings.max_records;
  for (let at = nextIndex; at < size && taken < most; ) {
    if (ports.stopping() || !(await ports.renew(sink.id, ports.owner, ports.leaseMs))) return { taken, goOn: false };
    const { classes } = sink.settings;
    const page = await ports.readRecords({ tenant, fromIndex: at, limit: Math.min(limit, size - at), classes });
    if (page.upTo <= at) return { taken, goOn: true }; // not readable yet
    if (page.records.length === 0) {
      await ports.advance(sink.id, tenant, { from: at, to: page.upTo, taken: 0 });
      at = page.upTo;
      continue;
    }
    const { body, contentType, count } = sinkRequest(page.records, sink.settings);
    const sent = page.records.slice(0, count);
    const last = sent.at(-1)?.index ?? at;
    const answer = await ports.send(sink, { body, contentType, batch: `${tenant}:${sent[0]?.index ?? at}-${last}` });
    if (answer.kind === 'taken') {
      const to = count === page.records.length ? page.upTo : last + 1;
      await ports.advance(sink.id, tenant, { from: at, to, taken: count });
      at = to;
      taken += 1;
      // Back to full requests by and by, once the record that would not do among others is behind.
      limit = Math.min(sink.settings.max_records, limit * 2);
    } else if (answer.kind === 'too_much' && count > 1) {
      limit = Math.ceil(count / 2);
    } else {
      const one = answer.kind === 'too_much' ? ` Record ${last} of '${tenant}' alone is refused.` : '';
      const asked = answer.kind === 'failed' ? answer.retryAfterMs : null;
      await noteFailure(ports, sink, `${answer.problem}${one}`, asked);
      return { taken, goOn: false };
    }
  }
  return { taken, goOn: true };
}

async function noteFailure(ports: SendToSinksPorts, sink: StoredSink, problem: string, askedMs: number | null) {
  const at = ports.now();
  const delay = retryDelayMs(sink.failures + 1, ports.random(), askedMs);
  const { failures, sinceMs } = await ports.fail(sink.id, problem, at + delay);
  if (!isDead(ports.pauseRule, failures, at - sinceMs)) return ports.onFailed(sink, problem);
  const told = `${problem} It failed ${failures} times since ${new Date(sinceMs).toISOString()}.`;
  ports.onPaused(sink, told);
  await recordedAct(
    ports,
    {
      tenant: sink.tenant ?? 'all',
      name: 'sink_paused',
      target: { kind: 'audit_sink', id: sink.name },
      traceId: null,
      actor: { kind: 'service', id: 'audit' },
      facts: { failures, problem },
    },
    () => ports.setState(sink.id, 'paused', told),
  );
}
