import type { ExecutionResult } from '@patchbay/contracts';
import type { Admin, Agent, ToolCall } from '@patchbay/sdk';
import { oneLine } from '../render/style.ts';
import type { CallState, Tell } from './events.ts';
import type { SandboxControl } from './sandbox-control.ts';

/** What the scenes play on. */
export interface Stage {
  /** In the conversation's session. */
  readonly agent: Agent;
  readonly admin: Admin;
  readonly sandbox: SandboxControl;
  readonly session: string;
  readonly tell: Tell;
  /** Every answer of the conversation so far. */
  readonly results: ExecutionResult[];
}

/** Makes the calls of a scene at once and tells how each goes. Answers in the order asked. */
export async function makeCalls(stage: Stage, scene: string, calls: readonly ToolCall[]): Promise<ExecutionResult[]> {
  stage.tell({ event: 'calls', scene, tools: calls.map(({ tool }) => tool) });
  return Promise.all(calls.map((call, index) => makeCall(stage, scene, call, index)));
}

/** One call of a scene whose table is there already. */
export async function makeCall(stage: Stage, scene: string, call: ToolCall, index: number): Promise<ExecutionResult> {
  const tell = (state: CallState, latency: number | null, id: string | null, detail: string) =>
    stage.tell({ event: 'call', scene, index, tool: call.tool, state, latency_ms: latency, execution_id: id, detail });
  tell('running', null, null, '');
  const started = performance.now();
  const result = await stage.agent.execute(call.tool, call.arguments, call);
  const latency = Math.round((performance.now() - started) * 10) / 10;
  stage.results.push(result);
  const detail =
    result.error === null
      ? oneLine(JSON.stringify(result.output), 200)
      : `${result.error.code}: ${result.error.message}`;
  tell(result.status, latency, result.execution_id, result.replayed ? `the first answer again: ${detail}` : detail);
  return result;
}
