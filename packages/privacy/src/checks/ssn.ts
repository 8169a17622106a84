/** Numbers that stood in advertisements and were used by thousands; nobody's since. */
const advertised = new Set(['078051120', '219099999', '457555462']);

/** Whether nine digits can be a social security number: area, group and serial as the administration gives them out since 2011. */
export function isIssuedSsn(digits: string): boolean {
  const area = digits.slice(0, 3);
  return (
    digits.length === 9 &&
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    digits.slice(3, 5) !== '00' &&
    digits.slice(5) !== '0000' &&
    !advertised.has(digits)
  );
}

/** Whether nine digits can be an individual taxpayer identification number: 9xx and a fourth and fifth digit in its ranges. */
export function isItin(digits: string): boolean {
  const group = Number(digits.slice(3, 5));
  return (
    digits.length === 9 &&
    digits.startsWith('9') &&
    ((group >= 50 && group <= 65) ||
      (group >= 70 && group <= 88) ||
      (group >= 90 && group <= 92) ||
      (group >= 94 && group <= 99))
  );
}
