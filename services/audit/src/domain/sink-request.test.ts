import { describe, expect, it } from 'vitest';
import { sinkRequest } from './sink-request.ts';

const records = [1, 2, 3].map((index) => ({
  index,
  record: JSON.stringify({
    data: { class_uid: 6003, metadata: { uid: `aud_${index}` } },
    id: `aud_${index}`,
    source: '/services/executor/e1',
    time: '2026-05-01T10:00:00.500Z',
  }),
}));
const bodies = records.map(({ record }) => JSON.parse(record).data);
const writing = { format: 'json_array', content: 'ocsf', max_records: 500, max_bytes: 500_000 } as const;

describe('a request to a sink', () => {
  it('is an array of OCSF bodies', () => {
    const { body, contentType, count } = sinkRequest(records, writing);
    expect([JSON.parse(body), contentType, count]).toEqual([bodies, 'application/json', 3]);
  });

  it('or a line each, or whole envelopes byte for byte', () => {
    const lines = sinkRequest(records, { ...writing, format: 'ndjson' });
    expect([
      lines.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      lines.contentType,
    ]).toEqual([bodies, 'application/x-ndjson']);
    expect(sinkRequest(records, { ...writing, format: 'ndjson', content: 'cloudevents' }).body).toBe(
      records.map(({ record }) => `${record}\n`).join(''),
    );
  });

  it('or events of Splunk’s collector, with their own time', () => {
    const { body } = sinkRequest(records.slice(0, 1), { ...writing, format: 'splunk_hec' });
    expect(JSON.parse(body)).toEqual({
      time: Date.parse('2026-05-01T10:00:00.500Z') / 1_000,
      source: '/services/executor/e1',
      sourcetype: 'patchbay:ocsf',
      event: bodies[0],
    });
    const whole = sinkRequest(records, { ...writing, format: 'splunk_hec', content: 'cloudevents' });
    expect(JSON.parse(whole.body.split('\n')[2] as string).event.id).toBe('aud_3');
  });

  it('carries as many as it may, and at least one', () => {
    expect(sinkRequest(records, { ...writing, max_records: 2 }).count).toBe(2);
    expect(sinkRequest(records, { ...writing, max_bytes: 120 }).count).toBe(2);
    expect(sinkRequest(records, { ...writing, max_bytes: 1 })).toMatchObject({ count: 1 });
  });
});
