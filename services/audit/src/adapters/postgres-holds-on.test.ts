import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openAuditDatabase } from './audit-database.ts';
import { createHoldsOn } from './postgres-holds-on.ts';

test('what has a person’s data kept is a hold in force of their tenant, without a subject or on one of their tokens', async () => {
  const database = await openAuditDatabase('pglite:memory');
  try {
    const holdsOn = createHoldsOn(database);
    expect(await holdsOn('acme', ['tok_a'])).toEqual([]);
    await database.use((db) =>
      sql`
        create table if not exists audit_holds (id text, tenant text, class text, subject text, reason text,
          placed_at timestamptz, released_at timestamptz)`.execute(db),
    );
    const holds = [
      ['h1', 'acme', null, null],
      ['h2', 'acme', 'tok_a', null],
      ['h3', 'acme', 'tok_b', null],
      ['h4', 'acme', null, '2026-11-30T00:00:00Z'],
      ['h5', 'rival', null, null],
    ] as const;
    for (const [id, tenant, subject, released] of holds)
      await database.use((db) =>
        sql`
          insert into audit_holds (id, tenant, subject, reason, placed_at, released_at)
          values (${id}, ${tenant}, ${subject}, 'a claim', now(), ${released}::timestamptz)`.execute(db),
      );
    expect(await holdsOn('acme', ['tok_a', 'tok_c'])).toEqual(['h1', 'h2']);
    expect(await holdsOn('rival', ['tok_a'])).toEqual(['h5']);
  } finally {
    await database.close();
  }
});
