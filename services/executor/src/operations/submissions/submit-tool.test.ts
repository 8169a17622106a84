import { newId, PatchbayError, type StoredSubmission, SubmitRequest } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SubmissionRecord } from '../../domain/submission-record.ts';
import { MemoryResults } from './memory-results.test-support.ts';
import { createSubmitTool } from './submit-tool.ts';

let results: MemoryResults;
let queued: StoredSubmission[];
/** What becomes of the next message for the stream. */
let stream: (stored: StoredSubmission) => Promise<void>;
beforeEach(() => {
  results = new MemoryResults();
  queued = [];
  stream = async (stored) => void queued.push(stored);
});

const submit = createSubmitTool({
  tools: {
    find: () => ({ name: 'acme_do', risk: 'write', validateArguments: () => [] }) as unknown as PreparedTool,
    names: () => [],
  },
  get results() {
    return results;
  },
  queue: { add: (_tenant, stored) => stream(stored) },
  policies: async () => null,
  now: () => 1_000_000,
});
const id = newId('submission');
const request = SubmitRequest.parse({ submission_id: id, execute: { tool: 'acme_do', arguments: {} } });
const record = () => results.records.get(`acme.${id}`)?.record;
const unconfirmed = new PatchbayError('overloaded', { message: 'The stream did not confirm.' });

describe('a submission that the stream does not confirm', () => {
  test('leaves nothing where nobody began it, and can be submitted again', async () => {
    stream = async () => {
      throw unconfirmed;
    };
    await expect(submit('acme', request)).rejects.toBe(unconfirmed);
    expect(record()).toBeUndefined();
    stream = async (stored) => void queued.push(stored);
    expect(await submit('acme', request)).toMatchObject({ submission_id: id, duplicate: false });
    expect(queued).toHaveLength(1);
    expect(record()).toMatchObject({ state: 'pending' });
  });

  test('keeps the answer where the stream had it all the same, and an executor was quicker', async () => {
    stream = async () => {
      const found = await results.read('acme', id);
      const { record: pending, revision } = found as NonNullable<typeof found>;
      const done: SubmissionRecord = { ...pending, state: 'done', tries: 1, finished_at: 1_000_001 };
      await results.update('acme', id, done, revision);
      throw unconfirmed;
    };
    await expect(submit('acme', request)).rejects.toBe(unconfirmed);
    expect(record()).toMatchObject({ state: 'done', tries: 1 });
    // The stream would take it for a repeat of what it has given away already, and nobody would ever finish a new record.
    stream = async (stored) => void queued.push(stored);
    expect(await submit('acme', request)).toMatchObject({ submission_id: id, duplicate: true });
    expect(queued).toEqual([]);
    expect(record()).toMatchObject({ state: 'done' });
  });
});
