import type { PlanResult } from '@patchbay/contracts';

/**
 * The answer within `maxBytes` of JSON: where it would be larger, the largest outputs are left out, each with a word that
 * it was, until the rest fits. What the calls came to always remains.
 */
export function fitPlanResult(result: PlanResult, maxBytes: number): PlanResult {
  // A UTF-16 unit takes three bytes at most, so a short text need not be measured.
  const text = JSON.stringify(result);
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return result;
  const sizes = result.results.map(({ output }) => Buffer.byteLength(JSON.stringify(output) ?? 'null'));
  const leftOut = new Set<number>();
  let excess = Buffer.byteLength(text) - maxBytes;
  for (const index of [...sizes.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number))) {
    if (excess <= 0) break;
    // `null` stands in its place; `true` is a letter shorter than `false`.
    excess -= (sizes[index] as number) - 4;
    leftOut.add(index);
  }
  const results = result.results.map((one, index) =>
    leftOut.has(index) ? { ...one, output: null, output_left_out: true } : one,
  );
  return { ...result, results };
}
