import { describe, expect, test } from 'vitest';
import { CancelRequest, defaultDeadlineMs, ExecuteRequest } from './execution.ts';

describe('an execute request', () => {
  test('needs no more than a tool', () => {
    expect(ExecuteRequest.parse({ tool: 'slack_post_message' })).toEqual({
      tool: 'slack_post_message',
      arguments: {},
      deadline_ms: defaultDeadlineMs,
      stream: false,
      dry_run: false,
      context: {},
    });
  });

  test.each([
    [{}, 'tool'],
    [{ tool: 'Slack' }, 'tool'],
    [{ tool: 't', deadline_ms: 0 }, 'deadline_ms'],
    [{ tool: 't', deadline_ms: 120_001 }, 'deadline_ms'],
    [{ tool: 't', version: '1' }, 'version'],
    [{ tool: 't', connection: 'con_1' }, 'connection'],
    [{ tool: 't', idempotency_key: '' }, 'idempotency_key'],
    [{ tool: 't', arguments: [] }, 'arguments'],
    [{ tool: 't', context: { tenant: 'rival' } }, 'context'],
    [{ tool: 't', tenant: 'rival' }, ''],
  ])('%j is refused at %s', (body, path) => {
    const parsed = ExecuteRequest.safeParse(body);
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(path);
  });
});

describe('a cancel request', () => {
  test('names exactly one target', () => {
    expect(CancelRequest.safeParse({ session: 's' }).success).toBe(true);
    expect(CancelRequest.safeParse({}).success).toBe(false);
    expect(CancelRequest.safeParse({ session: 's', idempotency_key: 'k' }).success).toBe(false);
  });
});
