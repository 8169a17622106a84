import { describe, expect, it } from 'vitest';
import { type AuditDatabase, SchemaUnready } from './audit-database.ts';
import { prepareDatabase } from './prepare-database.ts';

async function prepare(error?: unknown): Promise<number> {
  let warnings = 0;
  const database = {
    async use() {
      if (error !== undefined) throw error;
    },
  } as unknown as AuditDatabase;
  await prepareDatabase(database, { warn: () => void warnings++ } as never);
  return warnings;
}

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('preparing the database', () => {
  it('is silent when the schema is up', async () => expect(await prepare()).toBe(0));

  it.each([
    withCode('ECONNREFUSED'),
    withCode('57P03'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Connection terminated unexpectedly'),
  ])('starts without a server that is away: %s', async (cause) =>
    expect(await prepare(new SchemaUnready(cause))).toBe(1),
  );

  it.each([
    withCode('28P01'),
    withCode('3D000'),
    withCode('42501'),
    new Error('corrupted migrations: previously executed migration 0002-x is missing'),
  ])(
    'refuses to start on a database that cannot be used: %s',
    async (cause) => await expect(prepare(new SchemaUnready(cause))).rejects.toBeInstanceOf(SchemaUnready),
  );
});
