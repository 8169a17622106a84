import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditBatch, auditConsumer, IntegrationDocument, platformScope } from '@patchbay/contracts';
import type { RunningService } from '@patchbay/service-kit';
import type { TestServers } from '@patchbay/testkit';
import { parseTenantClasses } from './domain/telemetry/tenant-classes.ts';
import { type ExecutorConfig, startExecutor } from './main.ts';

/** Two tools that take a number, one that reads and one that acts. */
export function numbersDocument(id = 'numbers', over: Partial<IntegrationDocument> = {}): IntegrationDocument {
  const tool = (key: string, risk: 'read' | 'write') => ({
    title: key,
    description: `Does ${key} with a number.`,
    risk,
    request: { method: 'POST', path: `/${key}`, body: 'json' },
    parameters: { number: { type: 'integer', required: true } },
    examples: [{ arguments: { number: 1 }, response: { status: 200, body: { ok: true } } }],
  });
  return IntegrationDocument.parse({
    id,
    name: id,
    version: '1.0.0',
    category: 'other',
    description: 'Numbers, for tests.',
    base_url: `https://${id}.example.com`,
    auth: { type: 'bearer' },
    rate_limits: { requests_per_minute: 6_000, burst_size: 100 },
    tools: { look: tool('look', 'read'), book: tool('book', 'write') },
    ...over,
  });
}

/** Stores documents as the registry does. */
export async function publish(servers: TestServers, ...documents: IntegrationDocument[]): Promise<void> {
  const registry = await servers.connect('registry');
  const bucket = await registry.bucket('integrations');
  for (const document of documents) {
    const stored = {
      scope: platformScope,
      document,
      registered_at: '2026-01-01T00:00:00.000Z',
      retired: false,
      digest: 'd',
    };
    await bucket.put(
      `doc.${platformScope}.${document.id}.${document.version.replaceAll('.', '_')}`,
      JSON.stringify(stored),
    );
  }
  await registry.close();
}

export interface RunningExecutor extends RunningService {
  /** What it logged so far. */
  log(): string;
}

/** An executor's parts, run in this process, over real NATS with the executor's own permissions. */
export async function runExecutor(
  servers: TestServers,
  instance: string,
  over: Partial<ExecutorConfig> = {},
): Promise<RunningExecutor> {
  const logFile = join(servers.dir, `${instance}.log`);
  const service = await startExecutor({
    natsUrls: servers.natsUrls,
    nkeySeed: servers.seedOf('executor'),
    mode: 'development',
    logLevel: 'trace',
    logFile,
    instance,
    auditMacKey: servers.macKeyOf('executor'),
    redisUrl: null,
    maxInFlight: 100,
    maxSubmissions: 4,
    acceptedRegistryRevision: null,
    streamStallMs: 10_000,
    dialOverride: null,
    trustedOrigins: [],
    mcpCommands: new Map(),
    tenantClassOf: parseTenantClasses(''),
    tenantPoliciesFile: null,
    countsWhenAway: 'refuse',
    ...over,
  });
  return { ...service, log: () => readFileSync(logFile, 'utf8') };
}

/** Follows the audit stream; `of` gives the outcomes recorded for one execution, oldest first. */
export async function followAudit(servers: TestServers): Promise<{ of(executionId: string): string[] }> {
  const recorded = new Map<string, string[]>();
  const audit = await servers.connect('audit');
  await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    gatherMs: 10,
    onBatch: async (messages) => {
      for (const { payload } of messages)
        for (const { subject, data } of AuditBatch.parse(JSON.parse(Buffer.from(payload).toString())))
          if (subject !== undefined) recorded.set(subject, [...(recorded.get(subject) ?? []), data.outcome]);
      return { ack: true };
    },
  });
  return { of: (executionId) => recorded.get(executionId) ?? [] };
}
