import { type ExecutionResult, errorBody } from '@patchbay/contracts';
import { vi } from 'vitest';
import type { Agent } from '../agent.ts';
import { resultOf } from '../fake-services.test-support.ts';
import type { VoiceTool } from './spoken-tools.ts';

/** A call as it was asked of the agent, and its end. */
interface Asked {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly key: string;
  readonly session: string | undefined;
  readonly confirmation: string | undefined;
  end(over?: Partial<ExecutionResult>): Promise<void>;
}

/** An agent whose calls end when the test says so; a cancelled one that was not ended is `cancelled`. */
export function voiceAgent(tools: Readonly<Record<string, VoiceTool>> = {}) {
  const asked: Asked[] = [];
  const open = new Map<string, (over: Partial<ExecutionResult>) => void>();
  const execute: Agent['execute'] = (tool, args = {}, { idempotencyKey: key = '', context, confirmation } = {}) => {
    const ended = Promise.withResolvers<ExecutionResult>();
    const end = (over: Partial<ExecutionResult> = {}) => ended.resolve(resultOf({ tool, ...over }));
    open.set(key, end);
    asked.push({
      tool,
      args,
      key,
      session: context?.session,
      confirmation,
      async end(over) {
        end(over);
        await vi.advanceTimersByTimeAsync(0);
      },
    });
    return ended.promise;
  };
  const cancelled: unknown[] = [];
  const cancel: Agent['cancel'] = async (target) => {
    cancelled.push(target);
    const error = errorBody('cancelled');
    for (const [key, end] of open)
      if (target.idempotency_key === key || target.session !== undefined)
        end({ status: 'cancelled', output: null, error });
    return { cancelled: [] };
  };
  const describe = vi.fn(async ([name = '']: readonly string[]) => {
    if (!(name in tools)) throw new Error('nobody knows it');
    return { tools: [tools[name]], missing: [], latencies: {}, deprecations: {} };
  });
  const agent = { execute, cancel, tools: { describe } as unknown as Agent['tools'] };
  return { agent, asked, cancelled, describe };
}

export const call = (id: string, name = 'desk_find', args: Record<string, unknown> = {}) => ({
  id,
  name,
  arguments: args,
});
