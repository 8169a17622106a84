import { generateKeyPairSync } from 'node:crypto';
import { toRecord } from '@patchbay/audit-log';
import {
  CompactRange,
  emptyRoot,
  leafHash,
  localSigningKey,
  logOrigin,
  signCheckpoint,
  type TreeHead,
  verifierKey,
  verifyExport,
  writeExport,
} from '@patchbay/audit-log/proofs';
import { type AuditEvent, newId } from '@patchbay/contracts';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- audit-verify [options]

How many records a second of an export of the audit log are verified: hashes, tree, checkpoints at every 1,000, their signatures,
order, times, ids and tenants. One process; the export is in memory, in pieces as a file is read. The goal is 50,000 a second on one
core; what counts is processor time, so that others on the machine do not.

  --records N       records of the export (default 200000)
  --rounds N        verifications (default 5)
  --json            print one JSON object
`;

const options = readOptions(usage, { records: 200_000, rounds: 5 });
const goal = 50_000;
const origin = logOrigin('bench', 'acme');
const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const begin = Date.UTC(2026, 10, 30);

/** Intent and outcome of executions by turns, as an executor tells them. */
function eventAt(index: number): AuditEvent {
  const outcome = index % 2 === 0 ? 'intent' : 'succeeded';
  return {
    specversion: '1.0',
    id: newId('auditEvent', begin + index),
    source: '/services/executor/executor-1',
    type: `dev.patchbay.execution.${index % 2 === 0 ? 'intent' : 'outcome'}`,
    time: new Date(begin + index).toISOString(),
    subject: newId('execution', begin + index),
    tenant: 'acme',
    datacontenttype: 'application/json',
    data: {
      actor: { kind: 'agent', id: 'agent-7', session: 'call-77' },
      target: { kind: 'tool', id: 'slack_post_message', version: '1.2.0' },
      outcome,
      tool: 'slack_post_message',
      integration: 'slack',
      risk: 'write',
      arguments_digest: 'MgLxXYcB0wlL2VVNR6AFSjxmJzZzrUGVJUbR3MnlTbU',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      ...(outcome === 'succeeded' && { attempts: 1, upstream_status: 200, duration_ms: 84 }),
    },
  };
}

async function madeExport(): Promise<Buffer> {
  const records = Array.from({ length: options.records }, (_, i) =>
    toRecord(eventAt(i), { class: 'execution', producer: 'executor' }),
  );
  const entries = records.map((record) => ({ record, leaf: leafHash(record) }));
  const checkpoints: string[] = [];
  const tree = CompactRange.empty();
  let previous: TreeHead = { size: 0, root: emptyRoot() };
  for (const { leaf } of entries) {
    tree.append(leaf);
    if (tree.size % 1_000 !== 0 && tree.size !== entries.length) continue;
    const checkpoint = { origin, size: tree.size, root: tree.root(), previous };
    checkpoints.push(await signCheckpoint(checkpoint, key));
    previous = checkpoint;
  }
  const source = { tenant: 'acme', origin, before: CompactRange.empty(), size: entries.length, entries, checkpoints };
  const pieces: Buffer[] = [];
  for await (const piece of writeExport(source)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const bytes = await madeExport();
function* pieces() {
  for (let at = 0; at < bytes.length; at += 1_048_576) yield bytes.subarray(at, at + 1_048_576);
}

const rounds: { perCpuSecond: number; perSecond: number }[] = [];
for (let round = 0; round < options.rounds; round++) {
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  const { ok, records } = await verifyExport(pieces(), {
    keys: { log: [verifierKey(origin, key.publicKey)], witnesses: [] },
  });
  const { user, system } = process.cpuUsage(cpuFrom);
  if (!ok || records !== options.records) throw new Error('The export did not verify.');
  rounds.push({
    perCpuSecond: Math.round((records / (user + system)) * 1e6),
    perSecond: Math.round((records / (performance.now() - from)) * 1e3),
  });
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const perCpuSecond = median(rounds.map((one) => one.perCpuSecond));
const perSecond = median(rounds.map((one) => one.perSecond));
const bytesPerRecord = Math.round(bytes.length / options.records);
print(
  options,
  {
    records: options.records,
    bytes_per_record: bytesPerRecord,
    goal,
    records_per_cpu_second: perCpuSecond,
    records_per_second: perSecond,
    rounds,
  },
  () =>
    table(
      ['an export', 'records', 'bytes a record', 'records / CPU s', 'records / s', 'MB / CPU s'],
      [
        [
          perCpuSecond >= goal ? 'verified' : 'TOO SLOW',
          number(options.records),
          number(bytesPerRecord),
          number(perCpuSecond),
          number(perSecond),
          number((perCpuSecond * bytesPerRecord) / 1e6),
        ],
      ],
    ),
);
if (perCpuSecond < goal) process.exitCode = 1;
