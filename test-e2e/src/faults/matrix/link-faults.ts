import type { Fault, FaultDirection, FaultProxy } from '@patchbay/testkit';
import type { FaultKind, Part } from './fault-kind.ts';
import type { Stage } from './stage.ts';

interface LinkFault {
  readonly name: string;
  readonly row: string;
  readonly part: Part;
  readonly links: (stage: Stage) => readonly FaultProxy[];
  readonly fault: Fault;
  readonly direction?: FaultDirection;
  /** Of the connections; default all. */
  readonly share?: number;
  readonly lastsMs?: FaultKind['lastsMs'];
}

function linkFault({ name, row, part, links, fault, direction = 'both', share = 1, lastsMs }: LinkFault): FaultKind {
  return {
    name: `${part}: ${name}`,
    row,
    part,
    lastsMs: lastsMs ?? [2_000, 5_000],
    async begin(stage) {
      const heals = links(stage).map((proxy) => proxy.inject(fault, { direction, share }));
      return {
        victim: share < 1 ? `${share * 100} % of connections` : 'every connection',
        heal: async () => void (await Promise.all(heals.map((heal) => heal()))),
      };
    },
  };
}

const services = (stage: Stage) => stage.links.services;
const agents = (stage: Stage) => stage.links.agents;
const redis = (stage: Stage) => [stage.links.redis];
const upstream = (stage: Stage) => [stage.links.upstream];

const latency: Fault = { kind: 'latency', ms: 80, jitterMs: 60 };
const reset: Fault = { kind: 'reset_peer', afterMs: 200 };
const blackHole: Fault = { kind: 'timeout', ms: 0 };

/** The network between services and NATS, agents and NATS, executors and Redis, executors and the upstream. */
export const linkFaults: readonly FaultKind[] = (
  [
    { part: 'service links', name: 'latency of 80 ± 60 ms', row: 'F12', links: services, fault: latency },
    { part: 'service links', name: 'reset again and again', row: 'F12', links: services, fault: reset, share: 0.5 },
    { part: 'service links', name: 'black hole', row: 'F12', links: services, fault: blackHole, share: 0.4 },
    {
      part: 'service links',
      name: 'black hole one way',
      row: 'F12',
      links: services,
      fault: blackHole,
      share: 0.4,
      direction: 'toClient',
    },
    { part: 'service links', name: 'pieces of 7 bytes', row: 'F12', links: services, fault: sliced(7), share: 0.5 },
    {
      part: 'service links',
      name: 'bandwidth of 30 kB/s',
      row: 'F12',
      links: services,
      fault: { kind: 'bandwidth', bytesPerSecond: 30_000 },
    },
    { part: 'agent links', name: 'latency of 80 ± 60 ms', row: 'F12', links: agents, fault: latency },
    { part: 'agent links', name: 'reset again and again', row: 'F12', links: agents, fault: reset },
    {
      part: 'agent links',
      name: 'black hole to the agent',
      row: 'F12',
      links: agents,
      fault: blackHole,
      direction: 'toClient',
    },
    { part: 'redis', name: 'latency of 200 ms', row: 'F20', links: redis, fault: { kind: 'latency', ms: 200 } },
    { part: 'redis', name: 'down', row: 'F19', links: redis, fault: { kind: 'down' } },
    { part: 'redis', name: 'black hole', row: 'F19', links: redis, fault: blackHole },
    {
      part: 'upstream',
      name: 'latency of 400 ± 300 ms',
      row: 'F21',
      links: upstream,
      fault: { kind: 'latency', ms: 400, jitterMs: 300 },
    },
    {
      part: 'upstream',
      name: 'answers in a black hole',
      row: 'F21',
      links: upstream,
      fault: blackHole,
      direction: 'toClient',
      share: 0.5,
    },
    {
      part: 'upstream',
      name: 'reset',
      row: 'F21',
      links: upstream,
      fault: { kind: 'reset_peer', afterMs: 30 },
      share: 0.5,
    },
    {
      part: 'upstream',
      name: 'reset in the middle of answers',
      row: 'F21',
      links: upstream,
      fault: { kind: 'limit_data', bytes: 60, end: 'reset' },
      direction: 'toClient',
      share: 0.5,
    },
    { part: 'upstream', name: 'pieces of 1 byte', row: 'F21', links: upstream, fault: sliced(1), share: 0.5 },
    {
      part: 'upstream',
      name: 'bandwidth of 2 kB/s',
      row: 'F21',
      links: upstream,
      fault: { kind: 'bandwidth', bytesPerSecond: 2_000 },
    },
    { part: 'upstream', name: 'down', row: 'F21', links: upstream, fault: { kind: 'down' } },
  ] satisfies LinkFault[]
).map(linkFault);

function sliced(bytes: number): Fault {
  return { kind: 'slicer', bytes, delayMs: 2 };
}
