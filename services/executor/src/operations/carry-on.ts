import type { ExecutionResult } from '@patchbay/contracts';
import type { AnswerFacts } from '../domain/answers.ts';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import { type Run, remaining } from './execution-run.ts';
import type { KeepLedger, WatchPresence } from './ports.ts';
import { type ProbeOutcomePorts, probeOutcome } from './probe-outcome.ts';
import { ledgerRecord } from './reserve-execution.ts';

export interface CarryOnPorts extends ProbeOutcomePorts {
  readonly ledger: KeepLedger;
  readonly presence: string;
  readonly holders: WatchPresence;
}

/** A key that is held for another execution now, which is carried on under the name it was begun under. */
export interface TakenOver {
  readonly revision: number;
  readonly executionId: string;
}

/** Times that the effect of a lost executor's call is looked for. */
const mostLooks = 3;

/** Whoever holds a key that a repeat waits for. */
export interface WatchedHolder {
  /** Aborts when the process is not to be found any more. */
  readonly lost: AbortSignal;
  close(): void;
}

/** Watches the holder where something can be done when it is lost; null where nothing can. */
export function watchHolder({ holders }: CarryOnPorts, run: Run, record: LedgerRecord): WatchedHolder | null {
  const { retrySafe, probe } = run.prepared;
  if (record.presence === undefined || (retrySafe === 'never' && !probe)) return null;
  const lost = new AbortController();
  const watch = holders.watch(record.presence, () => lost.abort());
  return { lost: lost.signal, close: () => watch.unsubscribe() };
}

/**
 * What a repeat can do for a call whose executor is lost, within its deadline. Where the upstream acts once however often it is
 * asked with one key, the call is carried on: the claim is taken over, which fences the lost one off. Where the tool has a probe, its
 * effect is looked for. Null: neither, so far. A process that only lost its connection for a while may answer too; it is one effect
 * all the same, and one answer that the ledger keeps. `mark` goes with the claim, by which its taker knows it later. `connection` is
 * the one that this call would go over.
 */
export async function carryOn(
  ports: CarryOnPorts,
  run: Run,
  found: { readonly record: LedgerRecord; readonly revision: number },
  facts: AnswerFacts,
  looks: number,
  mark: string,
  connection: string | undefined,
): Promise<{ readonly result: ExecutionResult } | { readonly takenOver: TakenOver } | null> {
  const { record, revision } = found;
  const { prepared, call } = run;
  // Another version of the tool may send another request, and another connection is another account: there the upstream's key does
  // not stand.
  const isSame = record.version === prepared.version && isOver(connection, record, run);
  if (prepared.retrySafe !== 'never' && isSame) {
    const claim = ledgerRecord(run, { presence: ports.presence, connection });
    const mine = { ...claim, execution_id: record.execution_id, mark };
    const taken = await ports.ledger.takeOver(call.tenant, run.ledgerKey as string, mine, revision, remaining(run));
    return taken === null ? null : { takenOver: { revision: taken, executionId: record.execution_id } };
  }
  if (!prepared.probe || looks >= mostLooks) return null;
  const result = await probeOutcome(ports, run, found, facts);
  return result === null ? null : { result };
}

/** Whether the lost call is known to have gone over this connection. Which one is the default may have changed since. */
function isOver(connection: string | undefined, record: LedgerRecord, { prepared }: Run): boolean {
  return !prepared.needsConnection || (connection !== undefined && record.connection === connection);
}
