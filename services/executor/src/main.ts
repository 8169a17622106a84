import { createAuditRecorder, createRecordedLooks, openPersonalKeys, withTokens } from '@patchbay/audit-log';
import { type ExecutorStatus, events, inboxPrefixOf } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { createEngine } from '@patchbay/execution-engine';
import { connectMessaging, createSealingKeys, joinFleet } from '@patchbay/messaging';
import { fenceRevisions, openRegistryCopy } from '@patchbay/registry-copy';
import { createLogger, type RunningService, runMain, selfReport, stopInOrder } from '@patchbay/service-kit';
import { createMcpServers } from './adapters/mcp-servers.ts';
import { createExecutionAudit, recordNotice } from './adapters/nats-audit.ts';
import { createNatsChunks } from './adapters/nats-chunks.ts';
import { createNatsCircuits } from './adapters/nats-circuits.ts';
import { answerExecutors, createNatsExecutors } from './adapters/nats-executors.ts';
import { createNatsFinishes } from './adapters/nats-finishes.ts';
import { createNatsLeaseCache } from './adapters/nats-lease-cache.ts';
import { createNatsLedger } from './adapters/nats-ledger.ts';
import { createNatsWarm } from './adapters/nats-warm.ts';
import { createRedisRateLimiter } from './adapters/redis-rate-limiter.ts';
import { createRegistryTools } from './adapters/registry-tools.ts';
import { openTenantPolicies } from './adapters/tenant-policies-file.ts';
import { sealToVault } from './adapters/vault-sealer.ts';
import { type ExecutorConfig, readConfig } from './config.ts';
import { Admission, tickMs } from './domain/admission.ts';
import { RunningExecutions } from './domain/running-executions.ts';
import { Turns } from './domain/turns.ts';
import { egressRefused, policyApplied } from './operations/audit-egress.ts';
import { BackgroundWork } from './operations/background-work.ts';
import { createCancelExecution } from './operations/cancel-execution.ts';
import { createExecutePlan } from './operations/execute-plan.ts';
import { createExecuteTool } from './operations/execute-tool.ts';
import { createFollowKeys } from './operations/follow-key.ts';
import { createListCircuits } from './operations/list-circuits.ts';
import { createShedCalls } from './operations/shed-call.ts';
import { createWarmSession } from './operations/warm-session.ts';
import { executorEndpoints } from './routes.ts';
import { startSubmissions } from './start-submissions.ts';
import { subjectEndpoints } from './subject-endpoints.ts';
import { submissionEndpoints } from './submission-endpoints.ts';
import { webhookEndpoints } from './webhook-endpoints.ts';
import { wirePolicies } from './wire-policies.ts';
import { wirePrivacy } from './wire-privacy.ts';
import { wireTelemetry } from './wire-telemetry.ts';

export { type ExecutorConfig, readConfig };

/** Milliseconds between two records of what was turned away at the door. */
const shedReportMs = 5_000;

/** Wires an executor and serves it. Scale by starting more: they share requests through a queue group. */
export async function startExecutor(config: ExecutorConfig): Promise<RunningService> {
  const log = createLogger({ service: 'executor', ...config });
  const messaging = await connectMessaging({
    servers: config.natsUrls,
    seed: config.nkeySeed,
    name: config.instance,
    inboxPrefix: inboxPrefixOf('executor'),
    onStatus: (status) => log.info({ status }, 'nats connection'),
  });
  const copy = await openRegistryCopy({
    messaging,
    onError: (error) => log.error({ err: error }, 'registry entry skipped'),
  });
  await fenceRevisions({
    bucket: await messaging.bucket('fences'),
    copy,
    accepted: config.acceptedRegistryRevision,
    onError: (error) => log.warn({ err: error }, 'the registry revision seen was not written down'),
  });
  const sealing = createSealingKeys();
  const leases = createNatsLeaseCache(messaging, sealing);
  const persons = openPersonalKeys({
    messaging,
    service: 'executor',
    onAway: (error) =>
      log.warn({ err: error }, 'the vault lends no keys of persons: audit does not say whom calls are about'),
  });
  const published = createAuditRecorder({
    messaging,
    producer: 'executor',
    instance: config.instance,
    macKey: config.auditMacKey,
    spool: config.auditSpool ?? null,
    log,
    onRepeat: (error) =>
      log.warn({ err: error }, 'the audit stream does not confirm outcomes: they are published again'),
  });
  const recorder = withTokens(published, persons);
  const reportLost = (error: unknown) => log.error({ err: error }, 'an audit event was lost');
  const recordRefused = recordNotice(recorder, 'dev.patchbay.egress.refused', reportLost);
  const recordPolicy = recordNotice(recorder, 'dev.patchbay.egress.policy_applied', reportLost);
  const policies = openTenantPolicies({
    path: config.tenantPoliciesFile,
    onApplied: (tenants) => {
      for (const tenant of tenants) recordPolicy(tenant, policyApplied(tenant, config.instance));
      log.info({ tenants }, 'tenant policies applied');
    },
    onError: (error) => log.error({ err: error }, 'tenant policies not changed: the file cannot be used'),
  });
  const fleet = joinFleet(messaging, events.executorAlive);
  const limiter = createRedisRateLimiter({
    url: config.redisUrl,
    tenantLimit: (tenant) => policies.of(tenant).limit,
    executors: () => fleet.size,
    onError: (error) => log.warn({ err: error }, 'rate limits are not shared: Redis is away'),
    onShared: () => log.info('rate limits are shared again'),
  });
  const egress = createEgress({
    trustedOrigins: config.trustedOrigins,
    ...(config.dialOverride !== null && { dialOverride: config.dialOverride }),
    rulesOf: (tenant) => policies.of(tenant).rules,
    onRefused: (refusal) => {
      log.warn({ refusal }, 'egress refused');
      recordRefused(refusal.tenant, egressRefused(refusal, config.instance));
    },
  });
  const circuits = createNatsCircuits(messaging, config.instance);
  const mcp = createMcpServers(egress, config.mcpCommands, log);
  const engine = createEngine({ egress, mcp, onCircuitChange: circuits.tell });
  const running = new RunningExecutions();
  const admission = new Admission({
    maxInFlight: config.maxInFlight,
    now: performance.now(),
    weightOf: (tenant) => policies.of(tenant).weight,
  });
  const shedCalls = createShedCalls({
    places: admission,
    record: recordNotice(recorder, 'dev.patchbay.execution.shed', reportLost),
  });
  const ticking = setInterval(() => admission.tick(performance.now()), tickMs).unref();
  const reporting = setInterval(() => shedCalls.report(), shedReportMs).unref();
  const telemetry = await wireTelemetry({ config, messaging, copy, engine, running, log });
  const background = new BackgroundWork((error) => log.error({ err: error }, 'work after an answer failed'));
  const ledger = createNatsLedger(await messaging.bucket('executions'));
  const tools = createRegistryTools(copy);
  const privacy = await wirePrivacy({ messaging, recorder, persons, log });
  const reserving = {
    leases,
    inHand: leases.inHand,
    limits: telemetry.countDecisions(limiter),
    turns: new Turns(),
    ledger,
    audit: createExecutionAudit(recorder, (tenant) => policies.of(tenant).keepPersonal),
    logCall: privacy.logCall,
    engine,
    presence: messaging.presence,
    places: admission,
    watchAttempt: telemetry.watchAttempt,
    background: (work: Promise<unknown>) => background.add(work),
  };
  const policing = await wirePolicies({ ...reserving, config, messaging, recorder, tools, log });
  const carryOut = createExecuteTool({
    ...reserving,
    tools,
    policies: policing.check,
    intentOfReads: (tenant) => policies.of(tenant).intentOfReads || privacy.mayBeHealth(tenant),
    guardArguments: privacy.guardArguments,
    guardResult: privacy.guardResult,
    looksThrough: privacy.looksThrough,
    keys: createFollowKeys(ledger, createNatsFinishes(messaging)),
    announce: {
      finished: (tenant, session, { output: _output, ...result }) =>
        messaging.publishEvent(
          events.executionFinished,
          { tenant, execution: result.execution_id },
          { execution_id: result.execution_id, session, result },
        ),
    },
    chunks: createNatsChunks(messaging),
    streamStallMs: config.streamStallMs,
    running,
    callers: { watch: (presence, onGone) => messaging.watchPresence(presence, onGone) },
    holders: { watch: (presence, onGone) => messaging.watchPresence(presence, onGone) },
  });
  const executeTool = telemetry.observe(carryOut);
  const executePlan = createExecutePlan({
    executeTool,
    tools,
    plans: running.plans,
    hasRoom: (tenant) => admission.mayEnter(tenant, 'background', performance.now()),
    announce: {
      progress: (tenant, event) => messaging.publishEvent(events.planProgress, { tenant, plan: event.plan_id }, event),
      finished: (tenant, event) => messaging.publishEvent(events.planFinished, { tenant, plan: event.plan_id }, event),
    },
    background: (work) => background.add(work),
  });
  const cancelExecution = createCancelExecution({ running, others: createNatsExecutors(messaging, fleet) });
  const submissions = await startSubmissions({
    messaging,
    tools,
    checkPolicies: policing.check,
    executeTool,
    executePlan,
    recorder,
    instance: config.instance,
    concurrency: config.maxSubmissions,
    onError: (error) => log.error({ err: error }, 'submission failed unexpectedly'),
  });
  const broadcasts = answerExecutors(messaging, running, fleet);
  const warm = createNatsWarm(messaging);
  const warmSession = createWarmSession({ tools, leases, sockets: egress });
  const warmUps = warm.follow(warmSession, (error) => log.error({ err: error }, 'warm-up failed unexpectedly'));
  const circuitHints = circuits.answer(engine);
  const revocations = messaging.subscribeEvent(events.leaseRevoked, {}, ({ tenant, connection }) => {
    engine.forgetReads(tenant, connection ?? null);
    mcp.forget(tenant, connection ?? null);
  });
  // An answer that is shared may be about whoever was erased: whose it is, nobody kept.
  const erasures = messaging.subscribeEvent(events.subjectErased, {}, ({ tenant }) => engine.forgetReads(tenant, null));
  const report = selfReport(config, async () => ({
    redis: await limiter.report(),
    diverted: config.dialOverride !== null,
    unreadable_integrations: copy.unreadable.slice(0, 10),
  }));
  const served = await messaging.serve(
    {
      name: 'executor',
      version: '0.1.0',
      description: 'Carries out tool calls',
      status: async () =>
        ({
          rate_limits: config.redisUrl === null ? 'none' : limiter.shared ? 'shared' : 'local',
          executors: fleet.size,
          in_flight: admission.inFlight,
          limit: admission.limit,
          ...(await report()),
        }) satisfies ExecutorStatus,
      onError: (error, where) => log.error({ err: error, where }, 'request failed unexpectedly'),
    },
    [
      ...executorEndpoints({
        executeTool,
        executePlan,
        cancelExecution,
        listCircuits: createListCircuits(circuits),
        warmSession(tenant, request, receivedAt) {
          warm.tellOthers(tenant, request);
          return warmSession(tenant, request, receivedAt);
        },
        shedCall: shedCalls.shed,
      }),
      ...policing.endpoints,
      ...submissionEndpoints(
        submissions.operations,
        createRecordedLooks((entry) => recorder.record(entry)),
      ),
      ...(await subjectEndpoints(messaging)),
      ...webhookEndpoints({ ...reserving, webhooks: tools, sealer: () => sealToVault(messaging, sealing) }),
    ],
  );
  log.info({ nats: messaging.serverVersion }, 'executor ready');
  return {
    name: config.instance,
    isReady: () => messaging.connected,
    stop: stopInOrder([
      () => {
        recorder.windDown();
        ledger.windDown();
      },
      () => Promise.all([served.stop(), submissions.stop()]),
      () => background.settled(),
      () => {
        clearInterval(ticking);
        clearInterval(reporting);
        shedCalls.report();
      },
      () => broadcasts.unsubscribe(),
      () => circuitHints.unsubscribe(),
      () => telemetry.stop(),
      () => warmUps.unsubscribe(),
      () => revocations.unsubscribe(),
      () => erasures.unsubscribe(),
      () => fleet.close(),
      () => policies.close(),
      () => policing.close(),
      () => privacy.close(),
      () => leases.close(),
      () => copy.close(),
      () => engine.close(),
      () => mcp.close(),
      () => egress.close(),
      () => limiter.close(),
      () => recorder.close(),
      () => persons.close(),
      () => messaging.close(),
    ]),
  };
}

if (import.meta.main) await runMain(() => startExecutor(readConfig()));
