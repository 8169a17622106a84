import { toOcsf } from '@patchbay/audit-log';
import { type AuditEvent, type AuditQueryResult, newId, PatchbayError } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import { problemsOfOcsf } from '@patchbay/testkit/ocsf';
import { describe, expect, test } from 'vitest';
import { exportAudit } from './export-audit.ts';

const event = (risk: 'read' | 'write' = 'write'): AuditEvent => ({
  specversion: '1.0',
  id: newId('auditEvent'),
  source: '/services/executor/e1',
  type: 'dev.patchbay.execution.outcome',
  time: '2026-05-01T10:00:00.500Z',
  tenant: 'acme',
  datacontenttype: 'application/json',
  data: {
    actor: { kind: 'agent', id: 'desk', session: 'call-1', end_user: 'ada' },
    target: { kind: 'tool', id: 'slack_post_message', version: '1.0.0' },
    outcome: 'failed',
    error_code: 'upstream_error',
    tool: 'slack_post_message',
    integration: 'slack',
    risk,
    duration_ms: 12.6,
    trace_id: 'a'.repeat(32),
  },
});

/** A log of so many events, whose page `failing` cannot be read. */
function setup(total: number, failing = -1) {
  const log = Array.from({ length: total }, () => event());
  const asked: { limit: number; cursor?: string }[] = [];
  let end = () => {};
  let open = 0;
  const left = new AbortController();
  const ports = {
    async readPage(page: { limit: number; cursor?: string }): Promise<AuditQueryResult> {
      if (asked.push(page) - 1 === failing) throw new PatchbayError('audit_unavailable', {});
      const at = Number(page.cursor ?? 0);
      const next = at + page.limit;
      return { events: log.slice(at, next), next_cursor: next < total ? String(next) : null };
    },
    sessions: {
      open(_: Principal, ended: () => void) {
        end = ended;
        open++;
        return { close: () => void open-- };
      },
    },
    left: left.signal,
  };
  const run = async (limit: number, format: 'cloudevents' | 'ocsf' = 'cloudevents', onChunk = (_: number) => {}) => {
    const lines: Record<string, unknown>[] = [];
    let chunks = 0;
    for await (const chunk of exportAudit(ports, { principal: {} as Principal, format, limit })) {
      lines.push(
        ...chunk
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      onChunk(++chunks);
    }
    return lines;
  };
  return { log, asked, run, end: () => end(), leave: () => left.abort(), open: () => open };
}

describe('an export', () => {
  test('is every event, page by page, and a line that says so', async () => {
    const { log, run, asked, open } = setup(1_100);
    const lines = await run(10_000);
    expect(lines.slice(0, -1)).toEqual(log);
    expect(lines.at(-1)).toEqual({ end: true, events: 1_100, next_cursor: null });
    expect(asked.map(({ limit }) => limit)).toEqual([500, 500, 500]);
    expect(open()).toBe(0);
  });

  test('ends at its limit, and says where to go on', async () => {
    const lines = await setup(1_100).run(600);
    expect(lines).toHaveLength(601);
    expect(lines.at(-1)).toEqual({ end: true, events: 600, next_cursor: '600' });
  });

  test('of nothing is whole too', async () => {
    expect(await setup(0).run(10)).toEqual([{ end: true, events: 0, next_cursor: null }]);
  });

  test('that cannot begin throws, and one that breaks says where', async () => {
    await expect(setup(10, 0).run(10)).rejects.toMatchObject({ code: 'audit_unavailable' });
    const broken = await setup(1_100, 1).run(10_000);
    expect(broken).toHaveLength(501);
    expect(broken.at(-1)).toMatchObject({ error: { code: 'audit_unavailable' }, events: 500, next_cursor: '500' });
  });

  test('ends with its key, and with whoever takes it', async () => {
    const one = setup(1_100);
    const ended = await one.run(10_000, 'cloudevents', (chunks) => chunks === 1 && one.end());
    expect(ended.at(-1)).toMatchObject({ error: { code: 'not_authenticated' }, events: 500 });
    const other = setup(1_100);
    expect(await other.run(10_000, 'cloudevents', (chunks) => chunks === 1 && other.leave())).toHaveLength(500);
    expect([one.open(), other.open()]).toEqual([0, 0]);
  });

  test('as OCSF is the body of the event’s record', async () => {
    const { run, log } = setup(1);
    const [line] = await run(1, 'ocsf');
    expect(problemsOfOcsf(line)).toEqual([]);
    expect(line).toEqual(toOcsf(log[0] as AuditEvent));
    expect(line).toMatchObject({ class_uid: 6_003, metadata: { uid: log[0]?.id } });
  });
});
