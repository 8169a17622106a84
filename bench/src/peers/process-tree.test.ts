import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { usageOf } from './process-tree.ts';

/** By its own clock of processor time, which stands still while others have the machine. */
const burn = 'while (process.cpuUsage().user < 150_000);';

it('counts what a process, its child, and a child that ended used', { timeout: 60_000 }, async () => {
  const script = `"$NODE" -e '${burn}'; "$NODE" -e '${burn} process.stdout.write("burnt"); setInterval(() => {}, 1_000);' & wait`;
  const child = spawn('sh', ['-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE: process.execPath },
    detached: true,
  });
  const pid = child.pid as number;
  try {
    await once(child.stdout, 'data');
    const { cpuSeconds, memoryBytes } = usageOf({ shell: pid });
    expect(cpuSeconds['shell']).toBeGreaterThanOrEqual(0.28);
    // The shell alone has a hundredth of it.
    expect(memoryBytes['shell']).toBeGreaterThan(10 * 1_048_576);
  } finally {
    // The whole group.
    process.kill(-pid);
  }
});

it('says which process has ended', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(() => usageOf({ worker: child.pid as number })).toThrow('worker');
});
