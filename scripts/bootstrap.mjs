// Gets everything that Patchbay needs to run, test and check itself, into this checkout and nowhere else: the packages of
// package-lock.json, the pinned Node.js, a nats-server and a redis-server. Plain JavaScript for any Node from version 20.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideDatabaseTemplate } from './bootstrap-steps/database-template.mjs';
import { installDependencies } from './bootstrap-steps/dependencies.mjs';
import { BootstrapFailure } from './bootstrap-steps/failure.mjs';
import { provideServer } from './bootstrap-steps/servers.mjs';
import { currentConditions, readStamp, writeStamp } from './bootstrap-steps/stamp.mjs';

export { BootstrapFailure };

/** The checkout's root directory. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Where Node.js keeps what it made of our modules: a process of ours then starts in half the processor time. It lies where the
 * dependencies lie, and who may write there could change those too.
 */
export const compileCache = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') };

/**
 * Brings the checkout to where it can run. When it is there already, this reads two small files and starts no process.
 * @param {{ quiet?: boolean }} [options] `quiet` leaves out the progress lines.
 * @returns {Promise<{ node: Program, natsServer: Program, redisServer: Program }>} with Program as
 *   `{ path: string, version: string }`.
 * @throws {BootstrapFailure}
 */
export async function bootstrap({ quiet = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new BootstrapFailure(
      `Node.js ${process.versions.node} is too old to start Patchbay. Install Node.js 20 or newer; Patchbay brings its own for the rest.`,
    );
  }
  const conditions = currentConditions(root);
  const done = readStamp(root, conditions);
  if (done !== null) return done;
  const progress = quiet ? () => {} : (line) => process.stderr.write(`${line}\n`);
  // Together, since all three mostly wait for the network; but all are awaited, so that nothing goes on after a failure.
  const results = await Promise.allSettled([
    installDependencies(root, progress),
    provideServer('nats-server', root, progress),
    provideServer('redis-server', root, progress),
  ]);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const defect = failures.find((failure) => !(failure instanceof BootstrapFailure));
  if (defect !== undefined) throw defect;
  if (failures.length > 0) {
    const together = (part) =>
      failures
        .map((failure) => failure[part])
        .filter(Boolean)
        .join('\n');
    throw new BootstrapFailure(together('message'), together('details'));
  }
  const [node, natsServer, redisServer] = results.map((result) => result.value);
  await provideDatabaseTemplate(root, node, progress);
  writeStamp(root, conditions, { node, natsServer, redisServer });
  progress(`Ready: Node.js ${node.version}, nats-server ${natsServer.version}, redis-server ${redisServer.version}.`);
  return { node, natsServer, redisServer };
}

/** `bootstrap`, for scripts: prints a failure and ends the process. */
export async function bootstrapOrExit(options) {
  try {
    return await bootstrap(options);
  } catch (error) {
    if (!(error instanceof BootstrapFailure)) throw error;
    // What to do comes last, where it is seen.
    process.stderr.write(`${error.details}\n${error.message}\n`.replace(/^\n+/, ''));
    process.exit(1);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await bootstrapOrExit();
