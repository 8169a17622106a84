import { describe, expect, it } from 'vitest';
import { answer, benchOf, failure, toolOf } from '../tools.test-support.ts';
import { noSocketRetryMs } from './backoff.ts';

const one = { max_attempts: 1 };
const read = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, retry: one });
const write = toolOf({ retry: one });

describe('the meaning of a response', () => {
  it.each([
    [400, 'upstream_error', false],
    [403, 'upstream_error', false],
    [404, 'upstream_error', false],
    [409, 'upstream_error', false],
    [422, 'upstream_error', false],
    [302, 'upstream_error', false],
    [500, 'upstream_error', true],
    [502, 'upstream_error', true],
    [503, 'upstream_error', true],
    [501, 'upstream_error', false],
    [401, 'credential_expired', false],
    [429, 'rate_limited', true],
  ])('%i to a read is %s', async (status, code, retryable) => {
    const outcome = await benchOf([
      answer(status, { error: { code: 'c', message: 'Because token-0123456789.' } }),
    ]).execute(read);
    expect(outcome).toMatchObject({
      status: 'failed',
      output: null,
      upstreamStatus: status,
      error: {
        code,
        retryable,
        message: `Acme answered ${status}.`,
        details: { upstream_status: status, upstream_code: 'c', upstream_message: 'Because [secret].' },
      },
    });
  });

  it.each([
    [500, 'failed', 'upstream_error'],
    [503, 'failed', 'upstream_error'],
    [502, 'outcome_unknown', 'outcome_unknown'],
    [504, 'outcome_unknown', 'outcome_unknown'],
    [524, 'outcome_unknown', 'outcome_unknown'],
  ])('%i to a write is %s', async (status, outcome, code) => {
    expect(await benchOf([answer(status, '<html>')]).execute(write)).toMatchObject({
      status: outcome,
      error: { code, retryable: false, details: { upstream_status: status } },
    });
  });

  it('comes from the first rule that matches: the tool before the document, whatever the status', async () => {
    const tool = toolOf(
      {
        retry: one,
        errors: [
          {
            when: "error = 'channel_not_found'",
            code: 'invalid_arguments',
            message: 'detail',
            speakable: "I can't find that channel.",
          },
        ],
      },
      {
        errors: [
          { when: 'ok = false', code: 'upstream_error', message: 'missing' },
          { when: '$status = 403', code: 'not_permitted' },
          { when: "$status = 400 and body = 'late'", code: 'upstream_unreachable' },
          { when: "state = 'odd'", code: 'outcome_unknown' },
        ],
      },
    );
    expect(
      await benchOf([answer(200, { ok: false, error: 'channel_not_found', detail: 'No #x token-0123456789' })]).execute(
        tool,
      ),
    ).toMatchObject({
      status: 'failed',
      error: {
        code: 'invalid_arguments',
        message: 'Acme answered with an error: No #x [secret].',
        speakable: "I can't find that channel.",
        retryable: false,
      },
    });
    expect((await benchOf([answer(200, { ok: false, missing: 3 })]).execute(tool)).error).toMatchObject({
      code: 'upstream_error',
      message: 'Acme answered with an error.',
      retryable: false,
    });
    expect((await benchOf([answer(403, { ok: true })]).execute(tool)).error).toMatchObject({ code: 'not_permitted' });
    expect(await benchOf([answer(200, { state: 'odd' })]).execute(tool)).toMatchObject({ status: 'outcome_unknown' });
    expect(await benchOf([answer(200, { ok: true })]).execute(tool)).toMatchObject({
      status: 'succeeded',
      output: { ok: true },
    });
  });

  it('of a rule that says rate_limited or overloaded decides on another attempt', async () => {
    const errors = [
      { when: "error = 'ratelimited'", code: 'rate_limited' as const },
      { when: "error = 'busy'", code: 'overloaded' as const },
    ];
    const limited = benchOf([answer(200, { error: 'ratelimited' }, { 'retry-after': '1' }), answer(200, { ok: true })]);
    expect(await limited.execute(toolOf({}, { errors }))).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(limited.waits).toEqual([1_000]);
    const busy = [answer(200, { error: 'busy' }), answer(200, { ok: true })];
    expect(await benchOf(busy).execute(toolOf({}, { errors }))).toMatchObject({ status: 'failed', attempts: 1 });
    expect(
      await benchOf(busy).execute(toolOf({ risk: 'read', request: { method: 'GET', path: '/x' } }, { errors })),
    ).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  it('that cannot be read is response_invalid for a read, and unknown for a write', async () => {
    const broken = {
      ok: true as const,
      response: { status: 200, headers: {}, body: Buffer.from('{"a":'), contentType: 'application/json' },
      timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
    };
    expect(await benchOf([broken]).execute(read)).toMatchObject({
      status: 'failed',
      error: { code: 'response_invalid', message: 'The answer of Acme is not valid JSON.' },
    });
    expect(await benchOf([broken]).execute(write)).toMatchObject({
      status: 'outcome_unknown',
      error: { details: { upstream_status: 200 } },
    });
    const brokenError = { ...broken, response: { ...broken.response, status: 400 } };
    expect(await benchOf([brokenError]).execute(write)).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', details: { upstream_status: 400 } },
    });
  });
});

describe('the meaning of no response', () => {
  it('for want of a socket of ours says when to come back', async () => {
    const { error } = await benchOf([failure('exhausted', false)]).execute(write);
    expect(error).toMatchObject({ code: 'overloaded', retryable: true, retry_after_ms: noSocketRetryMs });
  });

  it.each([
    ['denied', false, 'refused', 'egress_denied', 'refused', 'egress_denied'],
    ['unreachable', false, 'failed', 'upstream_unreachable', 'failed', 'upstream_unreachable'],
    ['exhausted', false, 'refused', 'overloaded', 'refused', 'overloaded'],
    ['deadline', true, 'failed', 'deadline_exceeded', 'outcome_unknown', 'outcome_unknown'],
    ['deadline', false, 'failed', 'deadline_exceeded', 'failed', 'deadline_exceeded'],
    ['connection_lost', true, 'failed', 'upstream_error', 'outcome_unknown', 'outcome_unknown'],
    ['connection_lost', false, 'failed', 'upstream_unreachable', 'failed', 'upstream_unreachable'],
    ['too_large', true, 'failed', 'response_too_large', 'outcome_unknown', 'outcome_unknown'],
    ['invalid_response', true, 'failed', 'response_invalid', 'outcome_unknown', 'outcome_unknown'],
  ] as const)('%s, sent %s', async (kind, sent, readStatus, readCode, writeStatus, writeCode) => {
    expect(await benchOf([failure(kind, sent)]).execute(read)).toMatchObject({
      status: readStatus === 'refused' ? 'refused' : 'failed',
      error: { code: readCode },
      upstreamStatus: null,
    });
    expect(await benchOf([failure(kind, sent)]).execute(write)).toMatchObject({
      status: writeStatus,
      error: { code: writeCode },
    });
  });
});
