import { execFileSync } from 'node:child_process';
import type { FaultKind } from './fault-kind.ts';
import { pick } from './fault-kind.ts';
import { startAnother } from './process-faults.ts';

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

/** An executor needs its disk for the spool alone, and goes on. */
const ofExecutor: FaultKind = {
  name: 'executor: disk takes nothing',
  row: 'F16',
  part: 'disks',
  lastsMs: [2_000, 6_000],
  async begin(stage, random) {
    const victim = pick(stage.living('executor'), random);
    failWrites(victim.pid as number);
    return {
      victim: victim.instance,
      async heal() {
        if (!victim.ended) takeWrites(victim.pid as number);
      },
    };
  },
};

/** Its database is on the disk: as with a server, the disk is repaired and it is started again. */
const ofAudit: FaultKind = {
  name: 'audit: disk takes nothing',
  row: 'F16',
  part: 'audit',
  lastsMs: [2_000, 6_000],
  async begin(stage, random) {
    const victim = pick(stage.living('audit'), random);
    stage.meantToEnd.add(victim);
    failWrites(victim.pid as number);
    return {
      victim: victim.instance,
      async heal() {
        victim.kill('SIGKILL');
        await startAnother(stage, 'audit');
      },
    };
  },
};

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

export const diskFaults: readonly FaultKind[] = [ofExecutor, ofAudit, ofNats];
