import { parseExportLine } from '@patchbay/audit-log/proofs';
import { BeginExport } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { type MadeUpLog, madeUpLog } from '../../../test/made-up-log.ts';
import { createBeginExport } from './begin-export.ts';
import { exportPieces } from './export-pieces.ts';
import { createReadExport } from './read-export.ts';

const ticketKey = Buffer.alloc(32, 7);
const now = () => Date.UTC(2026, 5, 1);

/** Two processes of the service over one log; pages are asked of them in turn. */
function service(log: MadeUpLog, at = now) {
  const recorded: object[] = [];
  const altered: number[] = [];
  const record = async (entry: object) => void recorded.push(entry);
  const reading = { log, now: at, ticketKey, onAltered: (_: string, index: number) => void altered.push(index) };
  const begin = createBeginExport({ log, record, now, ticketKey });
  const replicas = [createReadExport(reading), createReadExport(reading)] as const;
  return {
    recorded,
    altered,
    begin: (request: object) => begin(BeginExport.parse({ tenant: 'acme', ...request }), { traceId: null }),
    async read(ticket: string) {
      let [text, pages] = ['', 0];
      for (let place: { index: number; offset: number } | undefined; ; ) {
        const answer = await (replicas[pages++ % 2] as (typeof replicas)[0])({ ticket, ...(place && { place }) });
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1_048_576);
        text += answer.text;
        if (answer.next === null) return { text, pages };
        place = answer.next;
      }
    },
    page: replicas[0],
  };
}

async function textOf(log: MadeUpLog, first: number, size: number): Promise<string> {
  let text = '';
  const range = { tenant: 'acme', first, size };
  for await (const piece of exportPieces({ log, onAltered: () => {} }, range)) text += piece.text;
  return text;
}

describe('an export', () => {
  it('is the same bytes from any process, whole or in pages, and each is recorded once', async () => {
    const log = await madeUpLog(3_300, { every: 512 });
    const { begin, read, recorded } = service(log);
    const begun = await begin({});
    expect(begun).toMatchObject({ from_index: 0, to_index: 3_072 });
    const { text, pages } = await read(begun.ticket);
    expect(pages).toBeGreaterThan(3);
    expect(text).toBe(await textOf(log, 0, 3_072));
    expect((await read((await begin({ to_index: 3_072 })).ticket)).text).toBe(text);
    const lines = text.trimEnd().split('\n');
    expect(lines.filter((line) => parseExportLine(Buffer.from(line)).kind === 'record')).toEqual(
      log.places.slice(0, 3_072).map(({ record }) => record),
    );
    expect(recorded).toHaveLength(2);
    expect(recorded[0]).toMatchObject({
      type: 'dev.patchbay.audit.exported',
      data: { facts: { from_index: 0, to_index: 3_072 } },
    });
  });

  it.each([
    ['where a checkpoint and a full line of leaves meet', 1_024],
    ['behind every record', 1],
    ['nowhere but at the end', 1_000_000],
  ])('goes on at any page, with checkpoints %s', async (_where, every) => {
    const log = await madeUpLog(2_500, { every });
    const { begin, read } = service(log);
    const { ticket } = await begin({ to_index: 2_300 });
    const { text, pages } = await read(ticket);
    expect(pages).toBeGreaterThan(2);
    expect(text).toBe(await textOf(log, 0, 2_300));
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^{"\$checkpoint":"patchbay\/inst-1\/acme\\n2300\\n/);
  });

  it('of a range holds it and no more, by index or by time', async () => {
    const log = await madeUpLog(900, { every: 100 });
    const { begin, read } = service(log);
    const byIndex = await begin({ from_index: 130, to_index: 250 });
    const byTime = await begin({ from: '2026-05-01T00:02:09.500Z', to: '2026-05-01T00:04:10Z' });
    expect(byTime).toMatchObject({ from_index: 130, to_index: 250 });
    const { text } = await read(byIndex.ticket);
    expect((await read(byTime.ticket)).text).toBe(text);
    const kinds = text
      .trimEnd()
      .split('\n')
      .map((line) => parseExportLine(Buffer.from(line)).kind);
    expect(kinds.filter((kind) => kind === 'record')).toHaveLength(120);
    expect(kinds.filter((kind) => kind === 'checkpoint')).toHaveLength(2);
  });

  it('carries records that are larger than a message, and cuts no character in two', async () => {
    const log = await madeUpLog(3, { text: '👍é'.repeat(300_000) });
    const { begin, read } = service(log);
    const { text, pages } = await read((await begin({ to_index: 3 })).ticket);
    expect(pages).toBeGreaterThan(3);
    expect(text).toBe(await textOf(log, 0, 3));
  });

  it('has a leaf in the place of a record that is gone, and says which one was altered', async () => {
    const log = await madeUpLog(20, { every: 10 });
    const [gone, other] = [log.places[3], log.places[4]];
    log.places[3] = { ...(gone as (typeof log.places)[0]), record: null };
    log.places[4] = { ...(other as (typeof log.places)[0]), record: '{"id":"another"}' };
    const { begin, read, altered } = service(log);
    const { text } = await read((await begin({})).ticket);
    expect(text.split('\n')[4]).toBe(`{"$withheld":"${gone?.leaf.toString('base64')}"}`);
    expect(altered).toEqual([4]);
  });

  it.each([
    [{ to_index: 21 }, 'to_index: the log holds 20 records.'],
    [{ from_index: 20 }, 'from_index: the log holds nothing of it.'],
    [{ from_index: 5, to_index: 5 }, 'from_index: the log holds nothing of it.'],
    [{ from: '2027-01-01T00:00:00Z' }, 'from: the log holds nothing of it.'],
    [{ to: '2020-01-01T00:00:00Z' }, 'to: the log holds nothing of it.'],
    [{ from: '2026-01-01T00:00:00Z', from_index: 1 }, 'from: is beside from_index: say one of them.'],
    [{ to: '2026-01-01T00:00:00Z', to_index: 1 }, 'to: is beside to_index: say one of them.'],
  ])('that cannot be is refused, and not recorded: %j', async (request, message) => {
    const { begin, recorded } = service(await madeUpLog(20, { every: 20 }));
    await expect(begin(request)).rejects.toMatchObject({ code: 'invalid_request', message });
    expect(recorded).toEqual([]);
  });

  it('gives no page without a ticket that is ours, of today, and for a place in it', async () => {
    const log = await madeUpLog(20, { every: 20 });
    const { begin, page } = service(log);
    const { ticket } = await begin({ to_index: 10 });
    const [text, mac] = ticket.split('.') as [string, string];
    const forged = Buffer.from(JSON.stringify(['globex', 0, 10, Number.MAX_SAFE_INTEGER])).toString('base64url');
    for (const bad of ['', 'x', text, `${forged}.${mac}`, `${text}.${mac.slice(0, -2)}`])
      await expect(page({ ticket: bad })).rejects.toMatchObject({ code: 'invalid_request' });
    for (const place of [
      { index: 10, offset: 0 },
      { index: 0, offset: 1_000_000 },
    ])
      await expect(page({ ticket, place })).rejects.toMatchObject({ code: 'invalid_request' });
    const tomorrow = service(log, () => now() + 86_400_001);
    await expect(tomorrow.page({ ticket })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('breaks off where a place is missing, and names it', async () => {
    const log = await madeUpLog(20, { every: 20 });
    log.places.splice(7, 1);
    await expect(textOf(log, 0, 20)).rejects.toThrow('There is no record 7');
  });
});
