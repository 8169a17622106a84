import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import type { FaultKind, Part } from './fault-kind.ts';
import { pick } from './fault-kind.ts';
import type { Stage } from './stage.ts';

/** A service may start while what it needs is away, and then ends: its supervisor would start it again. */
const startTries = 20;

/** Starts another process of the service in the place of one that was killed. */
export async function startAnother({ system }: Stage, service: ServiceName): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await system.patchbay.addService(service);
      return;
    } catch (error) {
      if (attempt === startTries) throw error;
      await delay(1_000);
    }
  }
}

/** Killed by SIGKILL; after a while another takes its place. */
function killed(service: ServiceName, part: Part, row: string, lastsMs: FaultKind['lastsMs']): FaultKind {
  return {
    name: `${service}: killed`,
    row,
    part,
    lastsMs,
    async begin(stage, random) {
      const victim = pick(stage.living(service), random);
      stage.meantToEnd.add(victim);
      victim.kill('SIGKILL');
      return { victim: victim.instance, heal: () => startAnother(stage, service) };
    },
  };
}

/** Stopped by SIGSTOP as a process that hangs or a machine that swaps, then continued. */
function stopped(service: ServiceName, part: Part, row: string, lastsMs: FaultKind['lastsMs']): FaultKind {
  return {
    name: `${service}: stopped`,
    row,
    part,
    lastsMs,
    async begin(stage, random) {
      const victim = pick(stage.living(service), random);
      signal(victim, 'SIGSTOP');
      return { victim: victim.instance, heal: async () => signal(victim, 'SIGCONT') };
    },
  };
}

/** Not by `kill` of the one who hosts it: that takes any signal for the end of the process. */
function signal({ pid, ended }: HostedService, name: NodeJS.Signals): void {
  if (pid !== null && !ended) process.kill(pid, name);
}

/** Its wall clock steps, for good; monotonic clocks go on. */
function stepped(service: ServiceName): FaultKind {
  return {
    name: `${service}: clock steps by 10 minutes`,
    row: 'F34',
    part: 'clocks',
    lastsMs: [500, 1_000],
    async begin(stage, random) {
      const victim = pick(stage.living(service), random);
      signal(victim, 'SIGUSR2');
      return { victim: victim.instance, heal: async () => {} };
    },
  };
}

export const processFaults: readonly FaultKind[] = [
  killed('executor', 'executors', 'F1, F2, F32', [500, 3_000]),
  stopped('executor', 'executors', 'F3', [3_000, 8_000]),
  killed('vault', 'vaults', 'F8', [1_000, 4_000]),
  stopped('vault', 'vaults', 'F8', [2_000, 6_000]),
  killed('audit', 'audit', 'F29', [1_000, 5_000]),
  stopped('audit', 'audit', 'F29', [3_000, 8_000]),
  killed('registry', 'registry', 'F6', [1_000, 5_000]),
  killed('gateway', 'gateway', 'F5', [500, 3_000]),
  stopped('gateway', 'gateway', 'F5', [1_000, 4_000]),
  stepped('executor'),
  stepped('vault'),
  stepped('audit'),
  stepped('registry'),
];
