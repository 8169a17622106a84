import type { Check } from './check.ts';
import { agent } from './checks/agent.ts';
import { auditQuarantine } from './checks/audit-quarantine.ts';
import { auditSpool } from './checks/audit-spool.ts';
import { auditStore } from './checks/audit-store.ts';
import { callsDiverted } from './checks/calls-diverted.ts';
import { clocks } from './checks/clocks.ts';
import { deadLetters } from './checks/dead-letters.ts';
import { diskSpace } from './checks/disk-space.ts';
import { doorTls } from './checks/door-tls.ts';
import { durablesInStep } from './checks/durables-in-step.ts';
import { executors } from './checks/executors.ts';
import { integrationsReadable } from './checks/integrations-readable.ts';
import { jetstreamSpace } from './checks/jetstream-space.ts';
import { jetstreamSync } from './checks/jetstream-sync.ts';
import { keyFiles } from './checks/key-files.ts';
import { natsAuth } from './checks/nats-auth.ts';
import { natsCluster } from './checks/nats-cluster.ts';
import { natsMonitor } from './checks/nats-monitor.ts';
import { natsPayload } from './checks/nats-payload.ts';
import { natsTls } from './checks/nats-tls.ts';
import { natsVersion } from './checks/nats-version.ts';
import { nodeVersion } from './checks/node-version.ts';
import { openFiles } from './checks/open-files.ts';
import { operator } from './checks/operator.ts';
import { ports } from './checks/ports.ts';
import { redis } from './checks/redis.ts';
import { redisEviction } from './checks/redis-eviction.ts';
import { running } from './checks/running.ts';
import { serverPrograms } from './checks/server-programs.ts';
import { serviceVersions } from './checks/service-versions.ts';
import { services } from './checks/services.ts';
import { streamReplicas } from './checks/stream-replicas.ts';
import { unknownOutcomes } from './checks/unknown-outcomes.ts';
import { vaultKeys } from './checks/vault-keys.ts';
import { webhookUrl } from './checks/webhook-url.ts';

/** In the order they are told: this machine, the servers, the services, and what waits for somebody. */
export const allChecks: readonly Check[] = [
  nodeVersion,
  serverPrograms,
  keyFiles,
  diskSpace,
  running,
  ports,
  agent,
  operator,
  natsVersion,
  natsAuth,
  natsTls,
  natsMonitor,
  natsPayload,
  natsCluster,
  jetstreamSync,
  jetstreamSpace,
  streamReplicas,
  durablesInStep,
  services,
  serviceVersions,
  clocks,
  openFiles,
  executors,
  redis,
  redisEviction,
  vaultKeys,
  doorTls,
  webhookUrl,
  callsDiverted,
  auditSpool,
  auditStore,
  auditQuarantine,
  integrationsReadable,
  unknownOutcomes,
  deadLetters,
];
