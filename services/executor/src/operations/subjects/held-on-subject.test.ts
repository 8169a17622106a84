import { newId, planOfSubmission, StoredSubmission } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import type { HeldPlace } from '../../domain/held-record.ts';
import { pendingRecord, type SubmissionRecord } from '../../domain/submission-record.ts';
import { createEraseHeld, createListHeld, type HeldPorts, type HeldRow, type HeldRows } from './held-on-subject.ts';
import type { WaitingMessage } from './waiting-submissions.ts';

const canary = 'canary-5550102030';
const subject = 'phone:+15550102030';

function result(executionId: string, over: object = {}) {
  return { execution_id: executionId, status: 'succeeded', output: { note: canary }, error: null, ...over };
}

/** Rows in memory, with revisions. `onReplace` is told of each before it is done. */
function stage(rows: Record<HeldPlace, Record<string, unknown>[]>, onReplace: (row: HeldRow) => void = () => {}) {
  let revision = 0;
  const kept = new Map<string, { place: HeldPlace; row: HeldRow }>();
  for (const [place, values] of Object.entries(rows))
    for (const value of values)
      kept.set(`${place} ${++revision}`, { place: place as HeldPlace, row: { key: `k${revision}`, revision, value } });
  const store: HeldRows = {
    async *scan(place) {
      for (const { place: own, row } of [...kept.values()]) if (own === place) yield row;
    },
    async replace(place, row, value) {
      onReplace(row);
      const name = [...kept].find(([, one]) => one.place === place && one.row.key === row.key)?.[0] as string;
      const held = kept.get(name)?.row;
      if (held?.revision !== row.revision) return false;
      if (value === null) kept.delete(name);
      else kept.set(name, { place, row: { key: row.key, revision: ++revision, value } });
      return true;
    },
  };
  const values = (place: HeldPlace) =>
    [...kept.values()].filter((one) => one.place === place).map(({ row }) => row.value);
  return { ports: portsOf(store), values, kept };
}

/** With a queue and records of submissions in memory. */
function portsOf(rows: HeldRows, messages: WaitingMessage[] = [], records = new Map<string, SubmissionRecord>()) {
  const ports: HeldPorts = {
    rows,
    waiting: {
      async *ofTenant() {
        yield* [...messages];
      },
      async erase(sequence) {
        const at = messages.findIndex((one) => one.sequence === sequence);
        if (at >= 0) messages.splice(at, 1);
      },
    },
    results: {
      read: async (_tenant, id) => {
        const record = records.get(id);
        return record === undefined ? null : { record, revision: 1 };
      },
      create: async (_tenant, id, record) => (records.has(id) ? null : records.set(id, record) && 1),
      update: async (_tenant, id, record) => records.set(id, record) && 2,
    },
    now: () => 7,
  };
  return ports;
}

const [theirs, others, planned] = [newId('execution'), newId('execution'), newId('execution')];
const request = { tenant: 'acme', subject, executions: [theirs, planned] };
const rows = () => ({
  executions: [
    { state: 'done', execution_id: theirs, digest: 'd', result: result(theirs) },
    { state: 'done', execution_id: others, digest: 'd', result: result(others) },
    { state: 'running', execution_id: planned, digest: 'd' },
  ],
  results: [
    {
      submission_id: 'sbm_1',
      state: 'done',
      result: result(theirs, { error: { code: 'x', message: canary, details: { canary } } }),
    },
    {
      submission_id: 'sbm_2',
      state: 'done',
      result: null,
      plan: { results: [{ execution_id: planned, output: canary }] },
    },
    { submission_id: 'sbm_3', state: 'pending', result: null },
  ],
  approvals: [
    {
      id: 'apr_1',
      state: 'pending',
      execution_id: others,
      arguments: { canary },
      say: canary,
      note: canary,
      context: { agent: 'desk', end_user: '+1 (555) 010-2030', attributes: { canary } },
    },
    {
      id: 'apr_2',
      execution_id: others,
      arguments: { keep: 'this' },
      say: null,
      note: null,
      context: { end_user: ' ' },
    },
  ],
  dead_letters: [
    {
      letter: { id: 'sbm_4' },
      payload: JSON.stringify({ execute: { arguments: { canary }, context: { end_user: 'phone:+15550102030' } } }),
    },
    { letter: { id: 'sbm_5' }, payload: JSON.stringify({ plan: { context: { end_user: 'someone else' } } }) },
    { letter: { id: 'seq-6' }, payload: '{' },
  ],
});

describe('what executors keep of a person', () => {
  it('is found by executions, and by what calls said of them in whatever spelling', async () => {
    const { held } = await createListHeld(stage(rows()).ports)(request);
    expect(held.map(({ where, id }) => `${where} ${id}`)).toEqual([
      `executions ${theirs}`,
      `executions ${planned}`,
      'results sbm_1',
      'results sbm_2',
      'approvals apr_1',
      'dead_letters sbm_4',
    ]);
    expect(held[0]?.record).toMatchObject({ result: { output: { note: canary } } });
  });

  it('loses what is personal, and keeps its keys held and all that is of others', async () => {
    const { ports, values } = stage(rows());
    expect(await createEraseHeld(ports)(request)).toEqual({
      erased: [
        { where: 'submissions', records: 0 },
        { where: 'executions', records: 1 },
        { where: 'results', records: 2 },
        { where: 'approvals', records: 1 },
        { where: 'dead_letters', records: 1 },
      ],
    });
    expect(values('executions')).toEqual([
      { state: 'done', execution_id: theirs, digest: 'd', result: { ...result(theirs), output: null } },
      rows().executions[1],
      rows().executions[2],
    ]);
    expect(values('results').slice(0, 2)).toMatchObject([
      { result: { output: null, error: { code: 'x', details: {} } } },
      { submission_id: 'sbm_2', result: null },
    ]);
    expect(values('approvals')).toEqual([
      {
        ...rows().approvals[0],
        arguments: null,
        arguments_digest: '',
        say: null,
        note: null,
        context: { agent: 'desk' },
      },
      rows().approvals[1],
    ]);
    expect(values('dead_letters')).toEqual(rows().dead_letters.slice(1));
    const left = JSON.stringify([values('results'), values('approvals'), values('dead_letters')]);
    expect(left).not.toContain(canary);
    // Again there is nothing to do.
    const again = await createEraseHeld(ports)({ ...request });
    expect(again.erased.map(({ records }) => records)).toEqual([0, 0, 0, 0, 0]);
  });

  it('is erased though a row changes at that moment', async () => {
    let meddled = false;
    const { ports, values, kept } = stage(rows(), (row) => {
      if (meddled) return;
      meddled = true;
      const name = [...kept].find(([, one]) => one.row.key === row.key)?.[0] as string;
      const one = kept.get(name) as { place: HeldPlace; row: HeldRow };
      kept.set(name, { ...one, row: { ...one.row, revision: one.row.revision + 1_000 } });
    });
    await createEraseHeld(ports)(request);
    expect(values('executions')[0]).toMatchObject({ result: { output: null } });
  });

  it('is taken out of the queue of submissions, whose asker hears that it was cancelled', async () => {
    const calls = { tool: 'desk_find', arguments: { canary }, deadline_ms: 1_000 };
    const submissionOf = (body: object) =>
      StoredSubmission.parse({
        ...{ submission_id: newId('submission'), accepted_at: 1, not_before: 1, expires_at: 9 },
        ...body,
      });
    const theirCall = submissionOf({ execute: { ...calls, context: { end_user: '+1 555 010 2030' } } });
    const theirPlan = submissionOf({
      plan: { calls: [{ ...calls, id: 'a', deadline_ms: undefined }], context: { end_user: subject } },
    });
    const finished = submissionOf({ execute: { ...calls, context: { end_user: subject } } });
    const another = submissionOf({ execute: { ...calls, context: { end_user: '+1 555 010 2031' } } });
    const texts = [theirCall, theirPlan, finished, another].map((stored) => JSON.stringify(stored));
    const messages = [...texts, '{'].map((text, i) => ({ sequence: i + 1, text }));
    const records = new Map<string, SubmissionRecord>();
    records.set(theirPlan.submission_id, { ...pendingRecord(theirPlan, 'd'), tries: 3 });
    records.set(finished.submission_id, { ...pendingRecord(finished, 'd'), state: 'dead_letter' });
    const none = { executions: [], results: [], approvals: [], dead_letters: [] };
    const ports = { ...portsOf(stage(none).ports.rows, messages, records) };

    const { held } = await createListHeld(ports)(request);
    expect(held.map(({ where, id }) => [where, id])).toEqual(
      [theirCall, theirPlan, finished].map(({ submission_id: id }) => ['submissions', id]),
    );
    const { erased } = await createEraseHeld(ports)(request);
    expect(erased[0]).toEqual({ where: 'submissions', records: 3 });
    expect(messages.map(({ sequence }) => sequence)).toEqual([4, 5]);
    expect(records.get(theirCall.submission_id)).toMatchObject({
      state: 'done',
      finished_at: 7,
      result: { status: 'cancelled', output: null, error: { code: 'cancelled' } },
    });
    expect(records.get(theirPlan.submission_id)).toMatchObject({
      state: 'done',
      tries: 3,
      result: null,
      plan: { plan_id: planOfSubmission(theirPlan.submission_id), status: 'refused', error: { code: 'cancelled' } },
    });
    expect(records.get(finished.submission_id)).toMatchObject({ state: 'dead_letter', result: null });
    expect(JSON.stringify([...records.values()])).not.toContain(canary);
  });
});
