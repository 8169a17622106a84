import type { Fault } from '@patchbay/testkit';
import type { FaultKind } from './fault-kind.ts';
import { pick } from './fault-kind.ts';
import type { Stage } from './stage.ts';

/** Servers by what they are to the audit stream: who leads it, and the others in an order that chance decides. */
async function byRank({ nodes }: Stage, random: () => number): Promise<[number, ...number[]]> {
  const leader = await nodes.leaderOf('AUDIT');
  const others = Array.from({ length: nodes.size }, (_, node) => node).filter((node) => node !== leader);
  if (random() < 0.5) others.reverse();
  return [leader, ...others];
}

/** The first `many` by rank are killed, and started again with what they had stored. */
function killed(name: string, row: string, many: number): FaultKind {
  return {
    name: `nats: ${name} killed`,
    row,
    part: 'nats',
    lastsMs: [2_000, 5_000],
    async begin(stage, random) {
      const victims = (await byRank(stage, random)).slice(0, many);
      await Promise.all(victims.map((node) => stage.nodes.kill(node)));
      return {
        victim: victims.map((node) => `n${node + 1}`).join(', '),
        heal: async () => void (await Promise.all(victims.map((node) => stage.nodes.start(node)))),
      };
    },
  };
}

function stopped(name: string, row: string, from: number): FaultKind {
  return {
    name: `nats: ${name} stopped`,
    row,
    part: 'nats',
    lastsMs: [3_000, 8_000],
    async begin(stage, random) {
      const node = (await byRank(stage, random))[from] as number;
      stage.nodes.signal(node, 'SIGSTOP');
      return { victim: `n${node + 1}`, heal: async () => stage.nodes.signal(node, 'SIGCONT') };
    },
  };
}

/** Clients reach every server still; those cut off from the others can agree on nothing. */
function partitioned(
  name: string,
  fault: Fault,
  isCut: (from: number, to: number, alone: number) => boolean,
): FaultKind {
  return {
    name: `nats: ${name}`,
    row: 'F14',
    part: 'nats',
    lastsMs: [4_000, 8_000],
    async begin(stage, random) {
      const alone = pick(await byRank(stage, random), random);
      const cut = stage.links.routes.filter(({ from, to }) => isCut(from, to, alone));
      const heals = cut.map(({ proxy }) => proxy.inject(fault));
      return {
        victim: `n${alone + 1}`,
        heal: async () => void (await Promise.all(heals.map((heal) => heal()))),
      };
    },
  };
}

const ofOne = (from: number, to: number, alone: number) => from === alone || to === alone;

export const natsFaults: readonly FaultKind[] = [
  killed('leader', 'F12', 1),
  killed('majority', 'F13', 2),
  killed('every server', 'F13', 3),
  stopped('leader', 'F12', 0),
  stopped('another', 'F12', 1),
  partitioned('leader or another cut off', { kind: 'down' }, ofOne),
  partitioned('leader or another in a black hole', { kind: 'timeout', ms: 0 }, ofOne),
  partitioned('all cut off from each other', { kind: 'down' }, () => true),
];
