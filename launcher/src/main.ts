import { loadCatalog } from '@patchbay/catalog';
import { connect, connectAdmin } from '@patchbay/sdk';
import { type LauncherConfig, readLauncherConfig, UsageError, usage } from './config.ts';
import { ensureDemoConnections } from './demo-tenant.ts';
import { describeMainJob, runMainJob } from './main-job.ts';
import { type RunningPatchbay, startPatchbay } from './start-patchbay.ts';

const demoTenant = 'demo';

/** `npm start`: everything up, one call, then up until told to stop. Returns the exit code. */
export async function launch(
  argv: readonly string[],
  write: (text: string) => void,
  interrupted: Promise<unknown>,
): Promise<number> {
  let config: LauncherConfig;
  try {
    config = readLauncherConfig(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    write(`${error.message}\n`);
    return 2;
  }
  if (config.help) {
    write(usage);
    return 0;
  }
  const say = config.json ? () => {} : (line: string) => write(`${line}\n`);
  const started = performance.now();
  const patchbay = await startPatchbay({
    stateDir: config.stateDir,
    tenants: [demoTenant],
    shape: config.shape,
    executors: config.executors,
    sandbox: config.sandbox,
    seedCatalog: true,
    logLevel: config.logLevel,
    ...(config.databaseUrl !== null && { databaseUrl: config.databaseUrl }),
    onProgress: say,
    onLost: (line) => say(`warning: ${line}. See ${config.stateDir}/logs.`),
  });
  try {
    const succeeded = await firstCall(patchbay, config, write, say, started);
    if (config.once) return succeeded ? 0 : 1;
    await interrupted;
    say('\nStopping: draining calls under way …');
    return 0;
  } finally {
    await patchbay.stop();
    say('Stopped.');
  }
}

async function firstCall(
  patchbay: RunningPatchbay,
  config: LauncherConfig,
  write: (text: string) => void,
  say: (line: string) => void,
  started: number,
): Promise<boolean> {
  const { facts } = patchbay;
  const admin = await connectAdmin({
    servers: facts.nats_url,
    tenant: facts.tenant,
    credentials: facts.admin_credentials,
  });
  const agent = await connect({ servers: facts.nats_url, tenant: facts.tenant, credentials: facts.agent_credentials });
  try {
    if (config.sandbox) {
      const added = await ensureDemoConnections(admin, await loadCatalog());
      if (added > 0) say(`demo tenant '${facts.tenant}': ${added} connections added`);
    }
    const report = config.sandbox ? await runMainJob(agent, admin) : null;
    const readyMs = Math.round(performance.now() - started);
    if (config.json) write(`${JSON.stringify({ ready: true, ready_ms: readyMs, facts, first_call: report })}\n`);
    if (report !== null) say(`\nFirst call:\n${describeMainJob(report)}`);
    say(`\nready in ${(readyMs / 1000).toFixed(1)} s. Connection facts: ${config.stateDir}/dev.json\n`);
    say(nextSteps);
    return report === null || report.result.status === 'succeeded';
  } finally {
    await Promise.all([admin.close(), agent.close()]);
  }
}

const nextSteps = `Try next, in another terminal:
  npx patchbay demo                                   a scripted voice conversation, live
  npx patchbay tools search "book a meeting"          find a tool
  npx patchbay exec slack_post_message channel=C1 text=hello
  npx patchbay audit tail                             what the audit log keeps
Ctrl-C stops.`;

/** Resolves at the first signal. A second one, unless it is the first one's echo, ends the process at once. */
function untilInterrupted(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (first === 0) first = performance.now();
      else if (performance.now() - first > 500) process.exit(130);
      resolve();
    });
  }
  return promise;
}

if (import.meta.main) {
  const interrupted = untilInterrupted();
  try {
    process.exitCode = await launch(process.argv.slice(2), (text) => process.stdout.write(text), interrupted);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'Patchbay could not start.'}\n`);
    process.exitCode = 1;
  }
  // Whatever a library left open must not keep a stopped Patchbay alive.
  setTimeout(() => process.exit(), 1_000).unref();
}
