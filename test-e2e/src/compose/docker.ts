import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs `docker` with these arguments, and variables besides our own; what it printed. @throws Error with its error output. */
export async function docker(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  try {
    const { stdout } = await run('env', [...assigned, 'docker', ...args], { maxBuffer: 64 * 1_024 * 1_024 });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`docker ${args.slice(0, 6).join(' ')} … failed: ${stderr?.slice(-2_000) ?? ''}`, { cause: error });
  }
}
