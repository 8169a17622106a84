import { execFileSync } from 'node:child_process';
import type { FaultKind } from './fault-kind.ts';
import { pick } from './fault-kind.ts';
import { startAnother } from './process-faults.ts';
import { processes } from './stage.ts';

/**
 * From now on no write of the process to a file succeeds (RLIMIT_FSIZE of 0: EFBIG), which is a disk that takes nothing more: logs, spools
 * and stores alike. Sockets go on. Needs prlimit of util-linux.
 */
function failWrites(pid: number): void {
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=0:'], { stdio: 'ignore' });
}

function takeWrites(pid: number): void {
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=unlimited:'], { stdio: 'ignore' });
}

/** Its disk takes writes again, and where it gave up on that, another takes its place as its supervisor would see to. */
function ofService(service: 'executor' | 'audit', row: string): FaultKind {
  return {
    name: `${service}: disk takes nothing`,
    row,
    part: service === 'audit' ? 'audit' : 'disks',
    lastsMs: [2_000, 6_000],
    async begin(stage, random) {
      const victim = pick(stage.living(service), random);
      failWrites(victim.pid as number);
      return {
        victim: victim.instance,
        async heal() {
          if (!victim.ended) takeWrites(victim.pid as number);
          else if (stage.living(service).length < processes[service]) await startAnother(stage, service);
        },
      };
    },
  };
}

/** A server that met an error of its disk stays out of its streams; its operator has the disk repaired and starts it again. */
const ofNats: FaultKind = {
  name: 'nats: disk of leader or another takes nothing',
  row: 'F16',
  part: 'nats',
  lastsMs: [2_000, 6_000],
  async begin(stage, random) {
    const node = Math.floor(random() * stage.nodes.size);
    failWrites(stage.nodes.pidOf(node));
    return {
      victim: `n${node + 1}`,
      async heal() {
        await stage.nodes.kill(node);
        await stage.nodes.start(node);
      },
    };
  },
};

export const diskFaults: readonly FaultKind[] = [ofService('executor', 'F16'), ofService('audit', 'F16'), ofNats];
