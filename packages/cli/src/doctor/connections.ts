import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ExecutorStatus, queueGroupOf, routes, type ServiceName } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';
import { resolveTarget } from '../config.ts';
import { connectAgent, connectOperator } from '../context.ts';
import { failureOf, NotRunningError } from '../failures.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';
import { natsVersion } from './versions.ts';

/** Clocks further apart than this spoil deadlines of tokens and the order of audit events, in milliseconds. */
const maxSkewMs = 2_000;
/** How long a recorded query may take to become readable, in milliseconds. */
const recordWaitMs = 5_000;

const services = [...new Set(Object.values(routes).map(({ owner }) => owner))].sort();

export const agentConnection: Check = async ({ globals, io }) => {
  try {
    const agent = await connectAgent(resolveTarget(globals, io, 'agent'));
    const { total } = await agent.tools.list({ limit: 1 }).finally(() => agent.close());
    return [ok('agent', `tenant '${agent.tenant}' connects and sees ${total} tools`)];
  } catch (error) {
    return failed('agent', error);
  }
};

export const operatorConnection: Check = async ({ globals, io }) => {
  let admin: Admin;
  try {
    admin = await connectOperator(resolveTarget(globals, io, 'admin'));
  } catch (error) {
    return failed('admin', error);
  }
  try {
    const server = natsVersion('nats', admin.messaging.serverVersion, 'the one that is connected');
    return [
      ok('admin', 'the operator connects'),
      server,
      ...(await answering(admin)),
      ...(await executors(admin)),
      await clock(admin),
    ];
  } catch (error) {
    return failed('admin', error);
  } finally {
    await admin.close();
  }
};

async function answering(admin: Admin): Promise<Finding[]> {
  const found = Map.groupBy(await admin.messaging.discoverServices(), ({ name }) => name);
  return services.map((service: ServiceName) => {
    const processes = found.get(queueGroupOf(service)) ?? [];
    if (processes.length === 0)
      return fail(
        `service ${service}`,
        'does not answer',
        'Look into its log in the state directory, then start Patchbay again.',
      );
    const versions = [...new Set(processes.map(({ version }) => version))];
    return ok(`service ${service}`, `${processes.length} answering, version ${versions.join(', ')}`);
  });
}

/** What executors say of themselves: whether they share rate limits, and how full they are. */
async function executors(admin: Admin): Promise<Finding[]> {
  const said = [...(await admin.messaging.serviceStatus(queueGroupOf('executor'))).values()];
  return executorFindings(said.flatMap((one) => ExecutorStatus.safeParse(one).data ?? []));
}

/** Judges executors by what they say. */
export function executorFindings(statuses: readonly ExecutorStatus[]): Finding[] {
  if (statuses.length === 0) return [];
  const count = (what: ExecutorStatus['rate_limits']) =>
    statuses.filter(({ rate_limits }) => rate_limits === what).length;
  const load = statuses.map(({ in_flight, limit }) => `${in_flight} of ${limit}`).join(', ');
  const room = ok('executors', `under way: ${load}`);
  if (count('local') > 0)
    return [
      room,
      warn(
        'rate limits',
        `${count('local')} of ${statuses.length} executors keep their part of the limits alone: Redis is away or slow`,
        'Start Redis again, or look at what keeps it busy. Calls go on meanwhile.',
      ),
    ];
  if (count('none') > 0 && statuses.length > 1)
    return [
      room,
      warn(
        'rate limits',
        'executors have no Redis to share them over',
        'Set PATCHBAY_REDIS_URL_FILE on every executor.',
      ),
    ];
  return [room, ok('rate limits', count('none') > 0 ? 'kept by the one executor' : 'shared over Redis')];
}

/** A query is recorded with the audit service's time; ours before and after it say how far apart the clocks are. */
async function clock(admin: Admin): Promise<Finding> {
  const session = `doctor-${randomUUID()}`;
  const before = Date.now();
  await admin.queryAudit({ session, limit: 1 });
  const after = Date.now();
  for (const giveUpAt = performance.now() + recordWaitMs; performance.now() < giveUpAt; await delay(50)) {
    const { events } = await admin.queryAudit({ class: 'query', limit: 20 });
    const own = events.find(({ data }) => data.facts?.session === session);
    if (own === undefined) continue;
    const at = Date.parse(own.time);
    const skewMs = Math.max(0, before - at, at - after);
    if (skewMs <= maxSkewMs)
      return ok('clock', `agrees with the services' to ${skewMs === 0 ? `${after - before} ms` : `${skewMs} ms`}`);
    return fail('clock', `${(skewMs / 1_000).toFixed(1)} s apart from the services'`, 'Set the clocks by NTP.');
  }
  return warn(
    'clock',
    'could not be compared: the audit log is slow to take events',
    'Look into the log of the audit service.',
  );
}

/** Without a Patchbay there is nothing to connect to, and the check for it says so. */
function failed(check: string, error: unknown): Finding[] {
  if (error instanceof NotRunningError) return [];
  const failure = failureOf(error);
  return [fail(check, failure.error.message, failure.next)];
}
