/**
 * What a failed statement means. `refused`: the database is up and these values will never do (SQLSTATE classes 22 data
 * exception, 23 integrity violation, 54 program limit exceeded). `away`: no connection, shutting down, out of resources
 * (classes 08, 53, 57, or an error that is not the database's). `broken`: the database answers and cannot work as it is,
 * such as a missing table, a wrong password, a damaged file: somebody has to act.
 * Source: PostgreSQL manual, appendix A.
 */
export type SqlFailure =
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'away' }
  | { readonly kind: 'broken'; readonly code: string };

const refusedClasses = new Set(['22', '23', '54']);
const awayClasses = new Set(['08', '40', '53', '57']);

export function sqlFailureOf(error: unknown): SqlFailure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // A system error's code, such as EPIPE, has no digit in its first two places; the classes F0, HV, P0 and XX are SQL's.
  if (typeof code !== 'string' || !/^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code)) return { kind: 'away' };
  const sqlClass = code.slice(0, 2);
  if (refusedClasses.has(sqlClass)) return { kind: 'refused', code };
  if (awayClasses.has(sqlClass)) return { kind: 'away' };
  return { kind: 'broken', code };
}
