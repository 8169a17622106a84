import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';

const found = (text: string, label?: string) =>
  detect(text, { label }).map(({ entity, start, end }) => `${entity}: ${text.slice(start, end)}`);

describe('what patterns find', () => {
  it('finds an e-mail address and not the full stop after it', () => {
    expect(found('Write to <Jo.Doe+x@mail.example.co.uk>.')).toEqual(['email: Jo.Doe+x@mail.example.co.uk']);
  });

  it('takes neither packages, handles nor hosts without a dot for e-mail', () => {
    expect(found('npm i @scope/thing thing@1.2.3, ask @jo or root@localhost')).toEqual([]);
  });

  it('finds cards whole and in groups, side by side', () => {
    expect(found('4012888888881881 4012-8888-8888-1881 4012 8888 8888 1881')).toEqual([
      'credit_card: 4012888888881881',
      'credit_card: 4012-8888-8888-1881',
      'credit_card: 4012 8888 8888 1881',
    ]);
  });

  it('finds a card that was misheard by its context, with less trust', () => {
    expect(found('order 4012-8888-8888-1882')).toEqual([]);
    const [right] = detect('my card number is 4012-8888-8888-1881');
    const [wrong] = detect('my card number is 4012-8888-8888-1882');
    expect(wrong?.entity).toBe('credit_card');
    expect(wrong?.score).toBeLessThan(right?.score as number);
  });

  it('takes a row of numbers for no card, whatever its digits add up to', () => {
    const row = '401 28888 888 81 881';
    expect(found(`counts ${row}`)).toEqual([]);
    expect(found(`card ${row}`)).toEqual([`credit_card: ${row}`]);
    expect(found('4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1')).toEqual(['credit_card: 4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1']);
  });

  it('finds a card beside an order, and not in a field for ids', () => {
    expect(found('charge my order to 4111111111111111')).toEqual(['credit_card: 4111111111111111']);
    expect(found('4111111111111111', 'order id')).toEqual([]);
  });

  it('finds a social security number and refuses what none can be', () => {
    expect(found('SSN 078-05-1123')).toEqual(['us_ssn: 078-05-1123']);
    for (const none of ['078-05-1120', '000-12-3456', '666-12-3456', '123-00-4567', '123-45-0000'])
      expect(found(`my social security number is ${none}`)).not.toContain(`us_ssn: ${none}`);
  });

  it('takes a label for words before the text', () => {
    expect(found('536228726')).toEqual([]);
    expect(found('536228726', 'ssn')).toEqual(['us_ssn: 536228726']);
  });

  it('finds an IBAN in any spacing and case', () => {
    expect(found('GB82WEST12345698765432, de89 3704 0044 0532 0130 00')).toEqual([
      'iban: GB82WEST12345698765432',
      'iban: de89 3704 0044 0532 0130 00',
    ]);
  });

  it('finds addresses of both versions, but neither times nor versions', () => {
    expect(found('from 203.0.113.9 and 2001:db8::1, at 12:34:56, std::string, version 1.2.3.4')).toEqual([
      'ip: 203.0.113.9',
      'ip: 2001:db8::1',
    ]);
  });
});
