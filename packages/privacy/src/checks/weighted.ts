/** The sum of each digit times its weight. Digits beyond the weights count nothing. */
export const weighted = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
