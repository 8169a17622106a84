import { describe, expect, it } from 'vitest';
import { sqlFailureOf } from './sql-failure.ts';

const withCode = (code: unknown) => Object.assign(new Error('x'), { code });

describe('what a failed statement means', () => {
  it.each(['22007', '22P05', '23502', '54000', '54001'])('%s: the values are refused', (code) =>
    expect(sqlFailureOf(withCode(code))).toEqual({ kind: 'refused', code }),
  );
  it.each(['08006', '40P01', '53300', '57P01', '57014'])('%s: the server is away', (code) =>
    expect(sqlFailureOf(withCode(code))).toEqual({ kind: 'away' }),
  );
  it.each(['42P01', '28P01', '3D000', 'XX001', '58030'])('%s: somebody has to act', (code) =>
    expect(sqlFailureOf(withCode(code))).toEqual({ kind: 'broken', code }),
  );
  it.each([withCode('EPIPE'), withCode('ECONNREFUSED'), withCode(5), new Error('timeout'), null, undefined, 'text'])(
    'anything that is not the database speaking is away: %s',
    (error) => expect(sqlFailureOf(error)).toEqual({ kind: 'away' }),
  );
});
