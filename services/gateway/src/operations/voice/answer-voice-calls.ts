import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson, type ExecutionResult, maxDeadlineMs } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import {
  type Agent,
  answerError,
  executeOnce,
  type ModelAnswer,
  type ModelCall,
  problemOfCall,
  stillWorking,
  takeReservedArguments,
  voiceAnswerOf,
} from '@patchbay/sdk';
import { contextFor } from '../execute-tool.ts';
import type { PendingAnswers } from './pending-answers.ts';
import { digestOf, keyOf, type VoicePlatform } from './voice-keys.ts';

export interface VoicePorts {
  readonly agent: Pick<Agent, 'execute'>;
  readonly pending: PendingAnswers;
}

/** What a voice platform asks for at once. */
export interface VoiceTurn {
  readonly platform: VoicePlatform;
  readonly tenant: string;
  readonly principal: Principal;
  /** The platform's id of the conversation. */
  readonly session: string | null;
  readonly calls: readonly ModelCall[];
  /** Milliseconds within which the platform has to be answered. */
  readonly waitMs: number;
  readonly traceparent: string;
}

/** Milliseconds that a call may run when the platform no longer waits for it. */
const runMs = 60_000;

/**
 * Carries out a turn's calls, all at once, and answers each within what its platform waits. The same call is carried out once
 * however often it comes, also at two gateways at a time. One that takes longer is answered with how to ask for its result
 * later, and goes on. Never throws for what can go wrong with a call.
 */
export function answerVoiceCalls(ports: VoicePorts, turn: VoiceTurn): Promise<ModelAnswer[]> {
  return Promise.all(turn.calls.map((call) => answerCall(ports, turn, call)));
}

async function answerCall(ports: VoicePorts, turn: VoiceTurn, call: ModelCall): Promise<ModelAnswer> {
  const problem = problemOfCall(call);
  if (problem !== null) return answerError(call.id, problem);
  const asked = takeReservedArguments(call.arguments ?? {});
  const id = asked.call ?? call.id;
  const key = keyOf(turn.platform, turn.session, id);
  // Other arguments under the same key are for the executor to refuse.
  const what = digestOf(canonicalJson([call.name, asked.arguments, asked.confirmation]));
  const pendingKey = [turn.tenant, turn.principal.id, key, what].join(' ');
  const result = ports.pending.take(pendingKey, () => run(ports, turn, key, call.name, asked));
  const abort = new AbortController();
  const late = sleep(turn.waitMs, null, { signal: abort.signal }).catch(() => null);
  const came = await Promise.race([result, late]);
  abort.abort();
  if (came !== null) return voiceAnswerOf(call.id, came);
  ports.pending.keep(pendingKey);
  return stillWorking(call.id, id);
}

function run(
  { agent }: VoicePorts,
  { principal, session, traceparent, waitMs }: VoiceTurn,
  idempotencyKey: string,
  tool: string,
  { arguments: args, confirmation }: ReturnType<typeof takeReservedArguments>,
): Promise<ExecutionResult> {
  return executeOnce(agent, tool, args, {
    idempotencyKey,
    deadlineMs: Math.min(maxDeadlineMs, Math.max(runMs, waitMs)),
    context: contextFor(principal, session === null ? {} : { session }),
    traceparent,
    ...(confirmation !== null && { confirmation }),
  });
}
