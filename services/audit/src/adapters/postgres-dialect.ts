import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import type { OpenedDialect } from './pglite-dialect.ts';

export interface PostgresLimits {
  /** Milliseconds to wait for a connection. */
  readonly connectMs: number;
  /** Milliseconds a statement may take, on both sides of the connection. */
  readonly statementMs: number;
}

const defaultLimits: PostgresLimits = { connectMs: 2_000, statementMs: 5_000 };

/** A pool of connections to a PostgreSQL server. Nothing connects before the first statement. */
export function openPostgres(
  url: string,
  onIdleError: (error: Error) => void,
  limits: PostgresLimits = defaultLimits,
): OpenedDialect {
  const pool = new Pool({
    connectionString: url,
    max: 4,
    application_name: 'patchbay-audit',
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    query_timeout: limits.statementMs + 500,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // Without a listener, a connection that the server closes while idle would end the process.
  pool.on('error', onIdleError);
  return {
    dialect: dialectOn(pool),
    transaction: (db, work) =>
      db.transaction().execute((trx) =>
        work({
          async run(statement) {
            const { rows, numAffectedRows = 0n } = await statement.execute(trx);
            return { rows, changed: Number(numAffectedRows) };
          },
          copy: null,
        }),
      ),
    copy: null,
    close: async () => {},
  };
}

function dialectOn(pool: Pool): Dialect {
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => guardClient(await pool.connect()),
      end: () => pool.end(),
    },
  });
}

/**
 * A connection on which a statement failed without the server's word is not used again: its socket may hang, or its
 * answer may come when another statement waits for one.
 */
function guardClient(client: PoolClient): PostgresPoolClient {
  let suspect = false;
  return {
    async query(...args: unknown[]) {
      try {
        return await (client.query as (...args: unknown[]) => Promise<never>)(...args);
      } catch (error) {
        if (typeof (error as { severity?: unknown }).severity !== 'string') suspect = true;
        throw error;
      }
    },
    release: () => client.release(suspect),
  } as unknown as PostgresPoolClient;
}
