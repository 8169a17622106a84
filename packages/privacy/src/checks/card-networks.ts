interface Network {
  /** First digits, inclusive, as ranges of equal length. */
  readonly from: string;
  readonly to: string;
  readonly lengths: readonly number[];
}

const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const networks: readonly Network[] = [
  { from: '4', to: '4', lengths: [13, 16, 19] },
  { from: '51', to: '55', lengths: [16] },
  { from: '2221', to: '2720', lengths: [16] },
  { from: '34', to: '34', lengths: [15] },
  { from: '37', to: '37', lengths: [15] },
  { from: '6011', to: '6011', lengths: span(16, 19) },
  { from: '644', to: '649', lengths: span(16, 19) },
  { from: '65', to: '65', lengths: span(16, 19) },
  { from: '300', to: '305', lengths: span(14, 19) },
  { from: '3095', to: '3095', lengths: span(14, 19) },
  { from: '36', to: '36', lengths: span(14, 19) },
  { from: '38', to: '39', lengths: span(14, 19) },
  { from: '3528', to: '3589', lengths: span(16, 19) },
  { from: '1800', to: '1800', lengths: [15] },
  { from: '2131', to: '2131', lengths: [15] },
  { from: '62', to: '62', lengths: span(16, 19) },
  { from: '81', to: '82', lengths: span(16, 19) },
  { from: '2200', to: '2204', lengths: span(16, 19) },
  { from: '60', to: '60', lengths: [16] },
  { from: '50', to: '50', lengths: span(12, 19) },
  { from: '56', to: '58', lengths: span(12, 19) },
  { from: '63', to: '63', lengths: span(12, 19) },
  { from: '67', to: '67', lengths: span(12, 19) },
  { from: '1', to: '1', lengths: [15] },
];

/** Whether a card network gives out numbers that begin so and are as long. */
export const isCardRange = (digits: string): boolean =>
  networks.some(({ from, to, lengths }) => {
    const first = digits.slice(0, from.length);
    return first >= from && first <= to && lengths.includes(digits.length);
  });
