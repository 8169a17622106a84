import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Place } from './peer.ts';
import { environmentOfPeer } from './start-program.ts';

const run = promisify(execFile);

/** Runs one of n8n's commands. @throws Error with the end of what it wrote when it fails. */
export async function runN8n(
  place: Pick<Place, 'dir'>,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await run(process.execPath, [program, ...args], {
      cwd: place.dir,
      env: environmentOfPeer(place, env),
      timeout: 180_000,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`n8n ${args[0]} failed: ${(stdout + stderr).slice(-2_000)}`);
  }
}
