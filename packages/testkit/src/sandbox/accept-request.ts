import type { ServerResponse } from 'node:http';
import { type Answer, jsonAnswer } from './answer/answer.ts';
import { hasEffectByNature, misbehave } from './answer/misbehave.ts';
import { paused } from './answer/paced-write.ts';
import { bestExample } from './answer/prepared-example.ts';
import { refusal } from './answer/refuse.ts';
import { reset, send } from './answer/send.ts';
import { withUniqueId } from './answer/unique-ids.ts';
import type { Arrival } from './arrival.ts';
import type { Judgement } from './check/judge.ts';
import type { Plan } from './record/behaviour-rules.ts';
import { memoryKeyOf } from './record/key-memory.ts';
import type { SandboxState } from './sandbox-state.ts';

/** Performs and answers a request that was judged right. */
export async function acceptRequest(
  state: SandboxState,
  response: ServerResponse,
  arrival: Arrival,
  judgement: Judgement,
): Promise<void> {
  // 5. A known idempotency key gets its first answer again; other arguments under it are refused.
  const key = memoryKeyOf(judgement);
  const known = state.keys.look(key, judgement.values);
  if (known === 'mismatch') {
    const { answer, message } = refusal(
      422,
      'idempotency_mismatch',
      'this idempotency key was used with other arguments',
    );
    const status = answer.status;
    state.recorder.add({
      arrival,
      judgement,
      verdict: 'refused',
      status,
      message,
      behaviours: [],
      replayed: false,
      violations: [],
    });
    return send(response, answer);
  }
  // 6. The effect happens when the request arrives; only what the caller hears of it may be late or wrong.
  const plan = state.rules.planFor(judgement.target, judgement.values);
  const truth = known?.answer ?? perform(state, judgement, key, plan);
  const { status } = truth;
  const replayed = known !== null;
  state.recorder.add({
    arrival,
    judgement,
    verdict: 'accepted',
    status,
    message: '',
    behaviours: plan.kinds,
    replayed,
    violations: [],
  });
  // 7. The answer.
  if (plan.delayMs > 0 && !(await paused(plan.delayMs, state.signal()))) return reset(response);
  const behaviour = plan.end?.behaviour;
  if (response.destroyed) return;
  if (behaviour === undefined || behaviour.kind === 'delay') send(response, truth);
  else await misbehave(response, behaviour, truth, state.signal(), () => state.streams.begin(judgement.target.tool));
}

/** The right answer to a first request; its effect is recorded unless the plan keeps it from happening. */
function perform(state: SandboxState, judgement: Judgement, key: string | null, { end }: Plan): Answer {
  const shown = truthOf(judgement);
  const example = state.webhooks.look(judgement, shown) ?? shown;
  const happens = judgement.target.hasEffect && example.status < 300;
  if (!happens || (end !== null && !(end.effect ?? hasEffectByNature(end.behaviour)))) return example;
  const number = state.ledger.add(judgement, Date.now());
  const answer =
    state.webhooks.perform(judgement, example) ?? (state.uniqueIds ? withUniqueId(example, number) : example);
  state.keys.keep(key, judgement.values, answer);
  return answer;
}

/** The example that fits best; a tool without any answers with what it understood. */
function truthOf(judgement: Judgement): Answer {
  const example = bestExample(judgement.target.examples, judgement.values);
  return (
    example?.answer ?? jsonAnswer(200, { sandbox: true, tool: judgement.target.tool, arguments: judgement.values })
  );
}
