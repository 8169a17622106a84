import { originOf, toRecord } from '@patchbay/audit-log';
import { normaliseDocument } from '@patchbay/catalog';
import { AuditBatch, type AuditEvent, inboxPrefixOf } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { confirmationOf } from '@patchbay/sdk';
import { readSecretFile } from '@patchbay/service-kit';
import { problemsOfOcsf } from '@patchbay/testkit/ocsf';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { publish, type System, simpleDocument, singleToolText, startSystem } from './system.ts';

let system: System;
let auditor: Messaging;
/** What tenant acme's auditor hears on stream AUDIT, with the class of each subject. */
const heard: { readonly event: AuditEvent; readonly class: string }[] = [];
beforeAll(async () => {
  system = await startSystem({ seedCatalog: true });
  const { facts, keys } = system.patchbay;
  auditor = await connectMessaging({
    servers: [facts.nats_url],
    seed: readSecretFile(seedFileOf(keys, 'auditor', 'acme')),
    name: 'auditor',
    inboxPrefix: inboxPrefixOf('auditor', 'acme'),
  });
  auditor.hearMessages('audit.v1.{tenant}.{class}', { tenant: 'acme' }, ({ subject, payload }) => {
    const batch = AuditBatch.parse(JSON.parse(Buffer.from(payload).toString()));
    heard.push(...batch.map((event) => ({ event, class: subject.split('.')[3] as string })));
  });
  await auditor.flush();
  // Tools for health information are for tenants that say that they may.
  await system.admin.privacy.put({ hipaa: true });
});
afterAll(async () => {
  await auditor?.close();
  await system?.stop();
});

describe('the main job', () => {
  test('an agent’s call is carried out and leaves an intent and an outcome', async () => {
    const result = await system.agent.execute(
      'slack_post_message',
      { channel: 'C0123456789', text: 'hello' },
      { idempotencyKey: 'toolu_1', context: { agent: 'receptionist', session: 'call-1' } },
    );
    expect(result).toMatchObject({ status: 'succeeded', tool: 'slack_post_message', attempts: 1, replayed: false });
    await vi.waitFor(async () => {
      const { events } = await system.admin.queryAudit({ class: 'execution', execution_id: result.execution_id });
      expect(events.map(({ data }) => data.outcome)).toEqual(['succeeded', 'intent']);
      expect(events[0]?.data.actor).toMatchObject({ id: 'receptionist', session: 'call-1' });
    }, 10_000);
    expect(await system.sandbox.violations()).toEqual([]);
  });

  /** What destroys something is asked about first; the person says yes. */
  async function saidYes(tool: string, args: Record<string, unknown>) {
    const first = await system.agent.execute(tool, args);
    const asked = confirmationOf(first);
    return asked === null ? first : system.agent.execute(tool, args, { confirmation: asked.token });
  }

  test('every catalogue tool runs its own examples against the strict sandbox', { timeout: 300_000 }, async () => {
    const { loadCatalog, toolNamesOf } = await import('@patchbay/catalog');
    const failures: unknown[] = [];
    for (const document of await loadCatalog()) {
      const names = toolNamesOf(document);
      for (const [index, key] of Object.keys(document.tools).entries()) {
        for (const example of document.tools[key]?.examples ?? []) {
          const good = example.response === undefined || example.response.status < 400;
          if (!good) continue;
          const result = await saidYes(names[index] as string, example.arguments);
          if (result.status !== 'succeeded') failures.push({ tool: names[index], error: result.error });
        }
      }
    }
    expect(failures).toEqual([]);
    expect(await system.sandbox.violations()).toEqual([]);
  });

  test('the specification’s single-tool JSON registers as it stands and executes', async () => {
    const registered = await system.admin.register({ text: singleToolText });
    expect(registered).toMatchObject({ created: true, tools: ['slack_post_message'] });
    const normalised = normaliseDocument(JSON.parse(singleToolText));
    if (!normalised.ok) expect.unreachable();
    else await system.sandbox.addDocument(normalised.document);
    await system.admin.addConnection({
      integration: registered.integration,
      credential: { type: 'oauth2', access_token: 'xoxb-0123456789abcdef', token_type: 'Bearer' },
    });
    expect(await system.agent.execute('slack_post_message', { channel: 'C1', text: 'hi' })).toMatchObject({
      status: 'succeeded',
      tool: 'slack_post_message',
    });
    expect(await system.agent.execute('slack_post_message', { text: 'hi' })).toMatchObject({
      status: 'refused',
      error: { code: 'invalid_arguments', details: { issues: [{ path: 'arguments.channel' }] } },
    });
    await system.admin.retire(registered.integration);
  });

  test('what is wrong with a request gets its typed error, and the executor stays up', async () => {
    expect(await system.agent.execute('slack_post_massage', {})).toMatchObject({
      status: 'refused',
      error: { code: 'tool_not_found', details: { similar: expect.arrayContaining(['slack_post_message']) } },
    });
    expect(
      await system.agent.execute('slack_post_message', { channel: 'C1', text: 'x'.repeat(2_000_000) }),
    ).toMatchObject({ status: 'refused', error: { code: 'invalid_request' } });
    const rival = await system.agentOf('rival');
    expect(await rival.execute('slack_post_message', { channel: 'C1', text: 'hi' })).toMatchObject({
      status: 'refused',
      error: { code: 'connection_missing' },
    });
    expect(await system.agent.execute('slack_post_message', { channel: 'C1', text: 'still here' })).toMatchObject({
      status: 'succeeded',
    });
  });

  test('a repeat under the same key has one effect and the same answer', async () => {
    await system.sandbox.reset();
    const call = {
      tool: 'slack_post_message',
      arguments: { channel: 'C1', text: 'once' },
      idempotencyKey: 'toolu_same',
    };
    const results = await system.agent.executeAll([call, call, call]);
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(results.filter(({ replayed }) => replayed)).toHaveLength(2);
    expect(await system.sandbox.effects()).toHaveLength(1);
  });

  test('a slow read is cancelled at once by its session', async () => {
    const remove = await system.sandbox.behave({ tool: 'slack_lookup_user', do: { kind: 'delay', ms: 10_000 } });
    const agent = system.agent.inSession({ session: 'call-9' });
    const pending = agent.execute('slack_lookup_user', { email: 'ada@example.com' });
    await vi.waitFor(async () =>
      expect((await system.agent.cancel({ session: 'call-9' })).cancelled).toMatchObject([{ effect: 'aborted' }]),
    );
    expect(await pending).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    await remove();
  });

  test('the answer comes by the deadline, whatever the upstream does', { timeout: 60_000 }, async () => {
    await publish(system, simpleDocument('stubborn'));
    for (const behaviour of [
      { kind: 'hang' },
      { kind: 'drip', bytesPerSecond: 1 },
      { kind: 'drop', at: 'before_response' },
    ] as const) {
      const remove = await system.sandbox.behave({ integration: 'stubborn', do: behaviour });
      // A machine that stands still for 40 ms just then makes the SDK answer, which cannot know what was read or written.
      await vi.waitFor(async () => {
        const started = performance.now();
        const [write, read] = await system.agent.executeAll([
          { tool: 'stubborn_book', arguments: { number: 1 }, deadlineMs: 1_500 },
          { tool: 'stubborn_look', arguments: { number: 1 }, deadlineMs: 1_500 },
        ]);
        expect(performance.now() - started).toBeLessThan(1_750);
        // A write may have happened; a read has no effect to be unsure of.
        expect(write).toMatchObject({
          status: 'outcome_unknown',
          error: { code: 'outcome_unknown', retryable: false },
        });
        expect(read).toMatchObject({
          status: 'failed',
          error: { code: expect.stringMatching(/^(deadline_exceeded|upstream_error|upstream_unreachable)$/) },
        });
      }, 6_000);
      await remove();
    }
    await system.sandbox.reset();
  });

  test('every event that it left on stream AUDIT makes a record as OCSF has its class', async () => {
    await system.admin.listConnections();
    await system.admin.tenants.create('acme');
    await system.admin.keys.create({ name: 'recorded', role: 'agent' });
    await vi.waitFor(() => {
      const classes = new Set(heard.map((one) => one.class));
      for (const expected of ['execution', 'credential', 'connection', 'registry', 'query', 'gateway'])
        expect(classes).toContain(expected);
    }, 10_000);
    const wrong = heard.flatMap(({ event, class: auditClass }) => {
      const { data, producer } = JSON.parse(toRecord(event, originOf(event)));
      const problems = problemsOfOcsf(data);
      if (originOf(event).class !== auditClass) problems.push(`recorded in class ${auditClass}`);
      if (event.source.split('/')[2] !== producer) problems.push(`recorded by ${event.source}`);
      return problems.map((problem) => `${event.type}: ${problem}`);
    });
    expect([...new Set(wrong)]).toEqual([]);
    expect(heard.length).toBeGreaterThan(20);
  });
});
