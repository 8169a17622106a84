import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '../agent.ts';
import type { ToolCall } from '../execute.ts';
import { pause } from './pause.ts';

/** Milliseconds between two questions after a call that is under way elsewhere. */
const askAgainMs = 300;

/**
 * Carries a call out under its key, and where that is under way already, by another process say, waits for what comes of it
 * there. Answers within `deadlineMs`. Never throws.
 */
export async function executeOnce(
  agent: Pick<Agent, 'execute'>,
  tool: string,
  args: Record<string, unknown>,
  {
    deadlineMs,
    ...options
  }: Omit<ToolCall, 'tool' | 'arguments'> & {
    readonly deadlineMs: number;
    readonly idempotencyKey: string;
  },
): Promise<ExecutionResult> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const leftMs = Math.max(1, Math.floor(until - performance.now()));
    const result = await agent.execute(tool, args, { ...options, deadlineMs: leftMs });
    if (result.error?.code !== 'in_progress' || until - performance.now() < askAgainMs) return result;
    await pause(askAgainMs);
  }
}
