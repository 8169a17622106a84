import { setTimeout as delay } from 'node:timers/promises';
import { type ExecutionResult, submissionConsumer } from '@patchbay/contracts';
import { spooledFiles } from '../audited.ts';
import { judgeHistory, type Verdict } from '../history.ts';
import { type Places, placesOf } from '../stream-info.ts';
import { type CallKind, inWords } from './call-kind.ts';
import { nameOf } from './document.ts';
import type { FaultKind } from './fault-kind.ts';
import { type InflictedFault, inflict } from './inflict.ts';
import { type AuditVerdict, isClean, judgeAudit } from './judge-audit.ts';
import { callKinds, runLoad } from './load.ts';
import { planFaults } from './schedule.ts';
import type { Stage } from './stage.ts';
import { Supervisor } from './supervisor.ts';
import { UpstreamRecord } from './upstream-record.ts';

export interface MatrixOptions {
  readonly seed: number;
  /** Length of the load. Its last part is without faults: calls must succeed again by then. */
  readonly seconds: number;
  readonly faults: readonly FaultKind[];
  readonly onProgress: (line: string) => void;
}

export interface KindVerdict {
  readonly name: string;
  readonly calls: number;
  readonly ok: number;
  readonly fail: number;
  readonly effects: number;
  /** First answers, in words. */
  readonly answers: Record<string, number>;
  readonly latest_ms: number | null;
  readonly history: Verdict;
  /** What was answered where answers contradict each other, in order. */
  readonly contradictory: Record<string, string[]>;
  readonly audit: AuditVerdict;
}

export interface MatrixResult {
  readonly faults: readonly InflictedFault[];
  readonly kinds: readonly KindVerdict[];
  /** Milliseconds from the last healing until a call of each way succeeded, the slowest way. */
  readonly recovered_ms: number;
  /** Accepted submissions that wait for their next try, and how many of those the stream does not hold. */
  readonly submissions: { readonly waiting: readonly string[]; readonly lost: number; readonly places: Places | null };
  /** Processes that ended by themselves. */
  readonly ended: readonly string[];
  /** Milliseconds from the end of the load until every call had its end, and the log all of theirs. */
  readonly settled_ms: number;
  readonly audited_ms: number;
}

/** Milliseconds of the load that are without faults, at its beginning and at its end. */
const calmMs = { first: 2_000, last: 14_000 };
/** Milliseconds between the beginnings of two faults, on average. */
const everyMs = 1_600;
/** Milliseconds to wait at most for what must come by itself once all is well. */
const patienceMs = 120_000;
/** Milliseconds that the audit service has for what it has yet to store, for each of the load. */
const auditPatience = 0.2;

export async function runMatrix(
  stage: Stage,
  { seed, seconds, faults, onProgress }: MatrixOptions,
): Promise<MatrixResult> {
  const planned = planFaults(faults, { seed, fromMs: calmMs.first, untilMs: seconds * 1_000 - calmMs.last, everyMs });
  const { kinds, submissions } = callKinds(stage);
  const upstream = new UpstreamRecord(stage.system.sandbox);
  const ending = new AbortController();
  const startedAt = performance.now();
  const load = runLoad(kinds, ending.signal);
  const progress = setInterval(() => onProgress(countsOf(kinds, startedAt)), 30_000);
  const supervisor = new Supervisor(stage);
  let inflicted: InflictedFault[];
  let recoveredMs: number;
  try {
    inflicted = await inflict(stage, planned, startedAt);
    await supervisor.stop();
    const healedAt = performance.now();
    recoveredMs = await recovered(kinds, healedAt);
    onProgress(
      `healed after ${inSeconds(healedAt - startedAt)}, calls of every kind succeed ${inSeconds(recoveredMs)} later`,
    );
    await delay(Math.max(0, startedAt + seconds * 1_000 - performance.now()));
  } finally {
    clearInterval(progress);
    ending.abort();
    await load;
    await supervisor.stop();
  }

  const endedAt = performance.now();
  // The third try of a submission is half a minute after the second, and later ones minutes: a short run does not wait for them.
  const submissionsMs = seconds < 300 ? 30_000 : patienceMs;
  await Promise.all(kinds.map((kind) => kind.settle(endedAt + (kind === submissions ? submissionsMs : patienceMs))));
  const settledMs = performance.now() - endedAt;
  const { waiting } = submissions;
  const places =
    waiting.length === 0 ? null : await placesOf(stage.system, submissionConsumer.stream, submissionConsumer.durable);
  onProgress(`every call has its end ${inSeconds(settledMs)} after the load`);
  await upstream.stop();
  const audits = await untilClean(stage, kinds, upstream, endedAt + patienceMs + auditPatience * seconds * 1_000);
  const auditedMs = performance.now() - endedAt;
  onProgress(`the audit log was held against it ${inSeconds(auditedMs)} after the load`);
  return {
    faults: inflicted,
    kinds: kinds.map((kind, index) => verdictOf(kind, upstream, audits[index] as AuditVerdict)),
    recovered_ms: Math.round(recoveredMs),
    submissions: { waiting, lost: Math.max(0, waiting.length - (places?.messages ?? 0)), places },
    ended: supervisor.ended,
    settled_ms: Math.round(settledMs),
    audited_ms: Math.round(auditedMs),
  };
}

/** Milliseconds from `since` until each kind has had a success since then. */
async function recovered(kinds: readonly CallKind[], since: number): Promise<number> {
  const before = kinds.map(successes);
  while (kinds.some((kind, index) => successes(kind) === before[index])) {
    if (performance.now() - since > patienceMs) {
      const still = kinds.filter((kind, index) => successes(kind) === before[index]).map(({ name }) => name);
      throw new Error(`${patienceMs} ms after everything was healed no call succeeds of: ${still.join(', ')}`);
    }
    await delay(50);
  }
  return performance.now() - since;
}

function successes({ answers }: CallKind): number {
  return [...answers.counts].reduce(
    (sum, [what, count]) => sum + (/^(succeeded|accepted)(, succeeded)*$/.test(what) ? count : 0),
    0,
  );
}

/** The log is written behind the calls' backs, and executions without an outcome are declared unknown after a while. */
async function untilClean(
  stage: Stage,
  kinds: readonly CallKind[],
  upstream: UpstreamRecord,
  until: number,
): Promise<AuditVerdict[]> {
  for (;;) {
    const isOver = performance.now() > until;
    try {
      const verdicts: AuditVerdict[] = [];
      for (const kind of kinds) {
        const tool = nameOf(kind.tool);
        verdicts.push(
          await judgeAudit(stage.system, { tool, traces: upstream.tracesOf(tool), succeeded: succeededOf(kind) }),
        );
      }
      if (isOver || (verdicts.every(isClean) && spooledFiles(stage.system).length === 0)) return verdicts;
    } catch (error) {
      // While it stores what came late, it may not answer in time.
      if (isOver) throw error;
    }
    await delay(1_000);
  }
}

function succeededOf(kind: CallKind): string[] {
  return kind
    .operations()
    .flatMap(({ answers }) =>
      answers.filter(({ status }) => status === 'succeeded').map((answer) => answer.execution_id),
    );
}

function verdictOf(kind: CallKind, upstream: UpstreamRecord, audit: AuditVerdict): KindVerdict {
  const operations = kind.operations();
  const effects = upstream.effectsOf(nameOf(kind.tool));
  const writes = kind.tool !== 'look';
  const ended = (end: 'ok' | 'fail') => operations.filter((one) => one.end === end).length;
  const history = judgeHistory(operations, effects);
  return {
    name: kind.name,
    calls: operations.length,
    ok: ended('ok'),
    fail: ended('fail'),
    effects: effects.length,
    answers: kind.answers.toJSON(),
    latest_ms: Number.isFinite(kind.latestMs) ? Math.round(kind.latestMs) : null,
    // A read that succeeded has no effect to be lost.
    history: writes ? history : { ...history, lost: [] },
    contradictory: Object.fromEntries(
      operations
        .filter(({ number }) => history.contradictions.includes(number))
        .map(({ number, answers }) => [number, answers.map(inFull)]),
    ),
    audit,
  };
}

function inFull(answer: ExecutionResult): string {
  return `${answer.execution_id} ${inWords(answer)}${answer.replayed ? ', replayed' : ''}`;
}

function countsOf(kinds: readonly CallKind[], startedAt: number): string {
  const counts = kinds.map((kind) => `${kind.operations().length} ${kind.name}`);
  return `${inSeconds(performance.now() - startedAt)}: ${counts.join(', ')}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
