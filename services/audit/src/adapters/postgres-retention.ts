import type { AuditClass, Regime, RetentionRule } from '@patchbay/contracts';
import { sql } from 'kysely';
import type { RetentionStore } from '../operations/retention/ports.ts';
import { type AuditDatabase, storeUnavailable } from './audit-database.ts';

/** In the place of a tenant or a class: every one. Neither may be called so. */
const every = '*';

interface RuleRow {
  readonly tenant: string;
  readonly class: string;
  readonly days: number | null;
  readonly changed_ms: number;
}

/** Rules of retention in `audit_retention`, regimes in `audit_regimes`. */
export function createPostgresRetention(database: AuditDatabase): RetentionStore {
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw storeUnavailable(error);
    });
  const use: AuditDatabase['use'] = (work) => guarded(database.use(work));
  const columns = sql`tenant, class, days, (extract(epoch from changed_at) * 1000)::double precision as changed_ms`;
  return {
    async readRules(tenant) {
      const { rows } = await use((db) =>
        sql<RuleRow>`
          select ${columns} from audit_retention where tenant in (${every}, ${tenant ?? every})
          order by tenant, class`.execute(db),
      );
      return rows.map(ruleOf);
    },
    async putRule({ tenant, class: auditClass, days, changed_at }) {
      const key = [tenant ?? every, auditClass ?? every] as const;
      const replaced = await guarded(
        database.transaction(async (transaction) => {
          const { rows } = await transaction.run(
            sql<RuleRow>`
              select ${columns} from audit_retention where tenant = ${key[0]} and class = ${key[1]} for update`,
          );
          await transaction.run(sql`
            insert into audit_retention (tenant, class, days, changed_at)
            values (${key[0]}, ${key[1]}, ${days}::integer, ${changed_at}::timestamptz)
            on conflict (tenant, class) do update set days = excluded.days, changed_at = excluded.changed_at`);
          return rows[0];
        }),
      );
      return replaced === undefined ? null : ruleOf(replaced);
    },
    async removeRule(tenant, auditClass) {
      const { rows } = await use((db) =>
        sql<RuleRow>`
          delete from audit_retention where tenant = ${tenant ?? every} and class = ${auditClass ?? every}
          returning ${columns}`.execute(db),
      );
      return rows[0] === undefined ? null : ruleOf(rows[0]);
    },
    async regimeOf(tenant) {
      const { rows } = await use((db) =>
        sql<{ regime: Regime }>`select regime from audit_regimes where tenant = ${tenant}`.execute(db),
      );
      return rows[0]?.regime ?? null;
    },
    async setRegime(tenant, regime) {
      await use(async (db) => {
        if (regime === null) return sql`delete from audit_regimes where tenant = ${tenant}`.execute(db);
        return sql`
          insert into audit_regimes (tenant, regime) values (${tenant}, ${regime})
          on conflict (tenant) do update set regime = excluded.regime`.execute(db);
      });
    },
  };
}

function ruleOf({ tenant, class: auditClass, days, changed_ms }: RuleRow): RetentionRule {
  return {
    tenant: tenant === every ? null : tenant,
    class: auditClass === every ? null : (auditClass as AuditClass),
    days,
    changed_at: new Date(Number(changed_ms)).toISOString(),
  };
}
