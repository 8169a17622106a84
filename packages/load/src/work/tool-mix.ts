/** One tool among those that a load calls. */
export interface MixedTool {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** How often it is called, beside the weights of the others. */
  readonly weight: number;
}

/** Which idempotency keys calls bring: none, a new one each, or so many for each tool in turn, so that most are answered from the ledger. */
export type KeysOfCalls = 'none' | 'new' | number;

/** One call of a mix. */
export interface MixedCall {
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  readonly idempotencyKey?: string;
}

/**
 * Call number `number` of a mix. Which tool it is follows from the number alone, in the proportion of the weights over any
 * stretch of calls. In the texts of its arguments `{n}` becomes the number, or that of its key where keys come again: a key
 * belongs to its arguments. Keys begin with `run`, so that two loads share none.
 */
export function callOfMix(
  mix: readonly MixedTool[],
  { keys, run }: { readonly keys: KeysOfCalls; readonly run: string },
): (number: number) => MixedCall {
  const turns = turnsOf(mix.map(({ weight }) => weight));
  const perRound = mix.map((_, index) => turns.filter((turn) => turn === index).length);
  const before = turns.map((index, place) => turns.slice(0, place).filter((turn) => turn === index).length);
  return (number) => {
    const place = number % turns.length;
    const index = turns[place] as number;
    const one = mix[index] as MixedTool;
    const ofTool = Math.floor(number / turns.length) * (perRound[index] as number) + (before[place] as number);
    const own = typeof keys === 'number' ? ofTool % keys : number;
    return {
      tool: one.tool,
      arguments: numbered(one.arguments, own) as Record<string, unknown>,
      ...(keys !== 'none' && { idempotencyKey: `${run}-${index}-${own}` }),
    };
  };
}

/** Most turns before the order begins anew. */
const mostTurns = 1_000;

/** The order in which tools have their turn, spread as evenly as their weights allow. */
function turnsOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((all, one) => all + one, 0);
  if (weights.length === 0 || !(sum > 0)) throw new RangeError('A mix needs a tool with a weight above 0.');
  const scale = sum > mostTurns ? mostTurns / sum : 1;
  const whole = weights.map((weight) => (weight > 0 ? Math.max(1, Math.round(weight * scale)) : 0));
  const length = whole.reduce((all, one) => all + one, 0);
  const credit = whole.map(() => 0);
  return Array.from({ length }, () => {
    for (const [index, weight] of whole.entries()) (credit[index] as number) += weight;
    const next = credit.indexOf(Math.max(...credit));
    (credit[next] as number) -= length;
    return next;
  });
}

function numbered(value: unknown, number: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(number));
  if (Array.isArray(value)) return value.map((one) => numbered(one, number));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, numbered(one, number)]));
  return value;
}
