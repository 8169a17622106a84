import { newId } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import type { HeldPlace } from '../../domain/held-record.ts';
import { createEraseHeld, createListHeld, type HeldRow, type HeldRows } from './held-on-subject.ts';

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
  return { store, values, kept };
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
    const { held } = await createListHeld(stage(rows()).store)(request);
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
    const { store, values } = stage(rows());
    expect(await createEraseHeld(store)(request)).toEqual({
      erased: [
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
      { ...rows().approvals[0], arguments: null, arguments_digest: '', say: null, note: null, context: { agent: 'desk' } },
      rows().approvals[1],
    ]);
    expect(values('dead_letters')).toEqual(rows().dead_letters.slice(1));
    const left = JSON.stringify([values('results'), values('approvals'), values('dead_letters')]);
    expect(left).not.toContain(canary);
    // Again there is nothing to do.
    const again = await createEraseHeld(store)({ ...request });
    expect(again.erased.map(({ records }) => records)).toEqual([0, 0, 0, 0]);
  });

  it('is erased though a row changes at that moment', async () => {
    let meddled = false;
    const { store, values, kept } = stage(rows(), (row) => {
      if (meddled) return;
      meddled = true;
      const name = [...kept].find(([, one]) => one.row.key === row.key)?.[0] as string;
      const one = kept.get(name) as { place: HeldPlace; row: HeldRow };
      kept.set(name, { ...one, row: { ...one.row, revision: one.row.revision + 1_000 } });
    });
    await createEraseHeld(store)(request);
    expect(values('executions')[0]).toMatchObject({ result: { output: null } });
  });
});
