import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { decodeJson } from './json.ts';
import type { DiscoveredService } from './types.ts';

/** What we read of an answer to `$SRV.INFO` (NATS ADR-32); the rest of it is not needed. */
const ServiceInfo = z.object({
  name: z.string(),
  id: z.string(),
  version: z.string(),
  endpoints: z.array(z.object({ name: z.string(), subject: z.string() })).default([]),
});

/** What we read of an answer to `$SRV.STATS`. */
const ServiceStats = z.object({
  id: z.string(),
  endpoints: z.array(z.object({ data: z.unknown() })).default([]),
});

/** Asks every process that serves something what it is. Those that do not answer within the time are not in the list. */
export async function discoverServices(connection: NatsConnection, timeoutMs: number): Promise<DiscoveredService[]> {
  const found: DiscoveredService[] = [];
  const answers = await connection.requestMany('$SRV.INFO', '', { strategy: 'timer', maxWait: timeoutMs });
  try {
    for await (const answer of answers) {
      const parsed = ServiceInfo.safeParse(decodeJson(answer.data));
      if (parsed.success) found.push(parsed.data);
    }
  } catch {
    // Nobody listens, or this identity may not ask: nothing found.
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** Asks every process of a service what it says of itself. */
export async function serviceStatus(
  connection: NatsConnection,
  name: string,
  timeoutMs: number,
): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  try {
    const answers = await connection.requestMany(`$SRV.STATS.${name}`, '', { strategy: 'timer', maxWait: timeoutMs });
    for await (const answer of answers) {
      const { data: stats } = ServiceStats.safeParse(decodeJson(answer.data));
      const said = stats?.endpoints.find(({ data }) => data != null)?.data ?? null;
      if (stats !== undefined && said !== null) found.set(stats.id, said);
    }
  } catch {
    // Nobody listens, or this identity may not ask: nothing found.
  }
  return found;
}
