import { estimateTokens } from '@patchbay/contracts';

/**
 * The ranked values that fit into a budget of tokens together. One too large for what is left is passed over, so that the
 * next may still fit.
 */
export function withinBudget<T>(
  ranked: readonly T[],
  costs: (value: T) => unknown,
  maxTokens: number,
): { kept: T[]; leftOut: T[]; tokens: number } {
  const kept: T[] = [];
  const leftOut: T[] = [];
  let tokens = 0;
  for (const value of ranked) {
    const cost = estimateTokens(costs(value));
    if (tokens + cost > maxTokens) leftOut.push(value);
    else {
      tokens += cost;
      kept.push(value);
    }
  }
  return { kept, leftOut, tokens };
}
