import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a peer cannot do without and its script would fetch: compiled here, against the headers that came with this Node.js. */
const nativeModules: Readonly<Record<string, readonly string[]>> = { n8n: ['sqlite3'] };

const root = fileURLToPath(new URL('../../peers', import.meta.url));

/**
 * Installs what the lock file of a folder under `bench/peers` lists, unless it is there. No package's script runs but that of
 * native modules that are compiled. Resolves with the folder. @throws Error with the end of what npm wrote.
 */
export async function installPackages(folder: string, say: (line: string) => void): Promise<string> {
  const dir = join(root, folder);
  const wanted = createHash('sha256')
    .update(readFileSync(join(dir, 'package-lock.json')))
    .digest('hex');
  const stamp = join(dir, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return dir;
  say(`installing bench/peers/${folder} …`);
  await npm(dir, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  for (const name of nativeModules[folder] ?? []) {
    say(`compiling ${name} …`);
    await npm(
      dir,
      ['rebuild', name, '--ignore-scripts=false', '--loglevel=error'],
      ['npm_config_build_from_source=true', `npm_config_nodedir=${dirname(dirname(realpathSync(process.execPath)))}`],
    );
  }
  writeFileSync(stamp, wanted);
  return dir;
}

/** With this process's environment, and what is added to it: npm hands such variables on to the scripts that it runs. */
async function npm(dir: string, args: readonly string[], added: readonly string[] = []): Promise<void> {
  const child = spawn('env', [...added, 'npm', ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`npm ${args[0]} ended with ${code} in ${dir}: ${said}`);
}
