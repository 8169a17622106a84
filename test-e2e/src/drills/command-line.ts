import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs `patchbay` as an operator would, on a state directory, and gives its JSON. @throws Error with what it said. */
export async function patchbayCommand<Result>(stateDir: string, args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, [join(root, 'packages/cli/bin/patchbay.mjs'), ...args, '--json'], {
    cwd: root,
    env: { ...pathOnly(), PATCHBAY_STATE_DIR: stateDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`patchbay ${args.join(' ')} ended with ${code}: ${out}${err}`);
  return JSON.parse(out) as Result;
}

function pathOnly(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin' };
}
