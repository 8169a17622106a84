import { InvalidArgumentError } from 'commander';

/** Parses an option's value as a whole number within bounds. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`${name} takes a whole number from ${least} to ${most}.`);
  };
}
