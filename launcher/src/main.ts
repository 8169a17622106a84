import { loadShipped, type ShippedChoice } from '@patchbay/catalog';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { forbidDumps, readRuntime } from '@patchbay/service-kit';
import { sandboxClient } from '@patchbay/testkit/sandbox';
import { type LauncherConfig, readLauncherConfig, UsageError, usage } from './config.ts';
import { ensureDemoConnections } from './demo-tenant.ts';
import { followRegistry, type RegistryFollower } from './follow-registry.ts';
import { untilInterrupted } from './interrupted.ts';
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
    ingresses: config.ingresses,
    sandbox: config.sandbox,
    seedCatalog: config.catalogue,
    integrationsDir: config.integrationsDir,
    mcpCommands: config.mcpCommands,
    logLevel: config.logLevel,
    ports: config.ports,
    ...(config.database !== null && { database: config.database }),
    ...(config.auditStreamDays !== null && { auditStreamDays: config.auditStreamDays }),
    ...(config.connectPort !== null && {
      variables: {
        vault: {
          PATCHBAY_CONNECT_URL: `http://127.0.0.1:${config.connectPort}`,
          PATCHBAY_CONNECT_LISTEN: `127.0.0.1:${config.connectPort}`,
        },
      },
    }),
    onProgress: say,
    onLost: (line) => say(`warning: ${line}. See ${config.stateDir}/logs.`),
  });
  let session: Session | null = null;
  let follower: RegistryFollower | null = null;
  try {
    session = await openSession(patchbay);
    if (config.sandbox) follower = await prepareDemo(patchbay, session, config.catalogue, say);
    const succeeded = await firstCall(patchbay, session, config, write, say, started);
    if (config.once) return succeeded ? 0 : 1;
    await interrupted;
    say('\nStopping: draining calls under way …');
    return 0;
  } finally {
    await follower?.stop();
    await Promise.all([session?.admin.close(), session?.agent.close()]);
    await patchbay.stop();
    say('Stopped.');
  }
}

/** The operator and the demo tenant's agent. */
interface Session {
  readonly admin: Admin;
  readonly agent: Agent;
}

async function openSession({ facts }: RunningPatchbay): Promise<Session> {
  const place = { servers: facts.nats_url, tenant: facts.tenant };
  return {
    admin: await connectAdmin({ ...place, credentials: facts.admin_credentials }),
    agent: await connect({ ...place, credentials: facts.agent_credentials }),
  };
}

/** Connections for the catalogue, and from now on for whatever is registered. */
async function prepareDemo(
  { facts, sandbox }: RunningPatchbay,
  { admin, agent }: Session,
  shipped: ShippedChoice,
  say: (line: string) => void,
): Promise<RegistryFollower | null> {
  const catalogue = await loadShipped(shipped);
  const added = await ensureDemoConnections(admin, catalogue);
  if (added > 0) say(`demo tenant '${facts.tenant}': ${added} connections added`);
  if (sandbox === null) return null;
  return followRegistry({
    admin,
    agent,
    sandbox: sandboxClient(sandbox.url, sandbox.controlToken),
    known: new Set(catalogue.map(({ id }) => id)),
    onError: (integration, error) =>
      say(`warning: the sandbox does not serve ${integration}: ${error instanceof Error ? error.message : 'unknown'}`),
  });
}

async function firstCall(
  { facts }: RunningPatchbay,
  { admin, agent }: Session,
  config: LauncherConfig,
  write: (text: string) => void,
  say: (line: string) => void,
  started: number,
): Promise<boolean> {
  const report = config.sandbox ? await runMainJob(agent, admin) : null;
  const readyMs = Math.round(performance.now() - started);
  if (config.json) write(`${JSON.stringify({ ready: true, ready_ms: readyMs, facts, first_call: report })}\n`);
  if (report !== null) say(`\nFirst call:\n${describeMainJob(report)}`);
  say(`\nready in ${(readyMs / 1000).toFixed(1)} s. Connection facts: ${config.stateDir}/dev.json`);
  say(`integrations written into ${config.integrationsDir} can be called at once\n`);
  say(`console: ${facts.gateway_url}/console/, with the key in ${facts.operator_key}\n`);
  say(nextSteps);
  return report === null || report.result.status === 'succeeded';
}

const nextSteps = `Try next, in another terminal:
  npx patchbay demo                                   a scripted voice conversation, live
  npx patchbay tools search "book a meeting"          find a tool
  npx patchbay exec slack_post_message channel=C1 text=hello
  npx patchbay audit tail                             what the audit log keeps
Ctrl-C stops.`;

if (import.meta.main) {
  const interrupted = untilInterrupted();
  for (const way of forbidDumps(readRuntime())) process.stderr.write(`warning: ${way}\n`);
  try {
    process.exitCode = await launch(process.argv.slice(2), (text) => process.stdout.write(text), interrupted);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'Patchbay could not start.'}\n`);
    process.exitCode = 1;
  }
  // Whatever a library left open must not keep a stopped Patchbay alive.
  setTimeout(() => process.exit(), 1_000).unref();
}
