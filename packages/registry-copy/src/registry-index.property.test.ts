import {
  compareVersions,
  platformScope,
  type StoredChoice,
  type StoredIntegration,
  toolNameOf,
} from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choiceKeyOf, entryKeyOf } from './entry-key.ts';
import { RegistryIndex } from './registry-index.ts';
import { storedIntegration } from './stored-integration.fixture.ts';

const scopes = [platformScope, 'acme'];
const versions = ['0.9.0', '1.0.0', '1.10.0'];
// Names of `a` + `b_c` and of `a_b` + `c` meet, and two tools carry a name of their own.
const toolSets: Record<string, string>[] = [
  { b_c: 'a_b_c' },
  { c: 'a_b_c' },
  { b_c: 'a_b_c', d: 'a_d' },
  { c: 'a_d' },
  { e: 'e' },
];

const entry = fc.record({
  scope: fc.constantFrom(...scopes),
  id: fc.constantFrom('a', 'a_b', 'z'),
  version: fc.constantFrom(...versions),
  tools: fc.constantFrom(...toolSets),
  registeredAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
  retired: fc.boolean(),
  gone: fc.boolean(),
});

interface Write {
  readonly address: { scope: string; integration: string; version: string };
  readonly revision: number;
  readonly stored: StoredIntegration | null;
}

const history = fc.array(entry, { maxLength: 14 }).map((entries) =>
  entries.map(
    ({ gone, ...sketch }, i): Write => ({
      address: { scope: sketch.scope, integration: sketch.id, version: sketch.version },
      revision: i + 1,
      stored: gone && i % 3 === 0 ? null : storedIntegration(sketch),
    }),
  ),
);

const choices = fc
  .array(
    fc.record({
      scope: fc.constantFrom(...scopes),
      integration: fc.constantFrom('a', 'a_b', 'z', null),
      installed: fc.option(fc.boolean(), { nil: undefined }),
      pin: fc.option(fc.constantFrom(...versions), { nil: undefined }),
      gone: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((all) =>
    all.map(({ gone, pin, installed, ...address }, i) => ({
      address,
      revision: 100 + i,
      choice: gone
        ? null
        : ({
            ...address,
            changed_at: '2026-01-01T00:00:00.000Z',
            ...(installed !== undefined && { installed }),
            ...(pin !== undefined && address.integration !== null && { pin }),
          } as StoredChoice),
    })),
  );

type Change =
  | { write: Write }
  | {
      chosen: { address: { scope: string; integration: string | null }; revision: number; choice: StoredChoice | null };
    };

/** The history in another order, with some writes delivered more than once. */
const arrival = fc.tuple(history, choices).chain(([writes, chosen]) => {
  const all: Change[] = [...writes.map((write) => ({ write })), ...chosen.map((one) => ({ chosen: one }))];
  return fc.tuple(
    fc.constant({ writes, chosen }),
    fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
  );
});

/** The rules of resolution said plainly over what the bucket holds in the end. */
function expected(
  contents: StoredIntegration[],
  said: StoredChoice[],
  tenant: string,
  name: string,
  version?: string,
): string | null {
  const word = (scope: string, id: string | null) =>
    said.find((choice) => choice.scope === scope && choice.integration === id);
  const own = (id: string) => contents.some((stored) => stored.scope === tenant && stored.document.id === id);
  for (const scope of [tenant, platformScope]) {
    const installed = (id: string) =>
      word(tenant, id)?.installed ??
      (scope === tenant
        ? true
        : (word(tenant, null)?.installed ??
          word(platformScope, id)?.installed ??
          word(platformScope, null)?.installed ??
          true));
    const pinOf = (id: string) =>
      scope === tenant
        ? word(tenant, id)?.pin
        : ((own(id) ? undefined : word(tenant, id)?.pin) ?? word(platformScope, id)?.pin);
    const inScope = contents.filter((stored) => stored.scope === scope);
    const integrations = [...new Set(inScope.map((stored) => stored.document.id))].map((id) => {
      const all = inScope
        .filter((stored) => stored.document.id === id)
        .sort((a, b) => compareVersions(b.document.version, a.document.version));
      return {
        id,
        all,
        live: all.filter((stored) => !stored.retired),
        first: all.map((stored) => stored.registered_at).sort()[0] as string,
      };
    });
    integrations.sort((a, b) => (a.first === b.first ? (a.id < b.id ? 1 : -1) : a.first < b.first ? 1 : -1));
    const offers = (stored: StoredIntegration | undefined) =>
      stored !== undefined &&
      Object.keys(stored.document.tools).some((key) => toolNameOf(stored.document, key) === name);
    for (const { id, all, live } of integrations) {
      if (live.length === 0 || !installed(id)) continue;
      const pin = pinOf(id);
      const served = pin === undefined ? live[0] : live.find((stored) => stored.document.version === pin);
      const found = version === undefined ? served : all.find((stored) => stored.document.version === version);
      if (found === undefined || !offers(found)) continue;
      return found.retired
        ? null
        : entryKeyOf({ scope, integration: found.document.id, version: found.document.version });
    }
  }
  return null;
}

function actual(index: RegistryIndex, tenant: string, name: string, version?: string): string | null {
  const tool = index.resolve(tenant, name, version);
  return tool === null
    ? null
    : entryKeyOf({ scope: tool.scope, integration: tool.document.id, version: tool.document.version });
}

test('what a name means follows from the newest entry of each key, in whatever order entries arrive', () => {
  fc.assert(
    fc.property(arrival, ([{ writes, chosen }, delivered]) => {
      const index = new RegistryIndex();
      for (const change of delivered) {
        if ('write' in change) index.apply(change.write.address, change.write.revision, change.write.stored);
        else index.applyChoice(change.chosen.address, change.chosen.revision, change.chosen.choice);
      }
      const newestWord = new Map(chosen.map(({ address, choice }) => [choiceKeyOf(address), choice]));
      const said = [...newestWord.values()].filter((choice) => choice !== null);
      const newest = new Map(writes.map((write) => [entryKeyOf(write.address), write.stored]));
      const contents = [...newest.values()].filter((stored) => stored !== null);
      for (const tenant of ['acme', 'globex']) {
        const names = ['a_b_c', 'a_d', 'e', 'nowhere'];
        for (const name of names) {
          for (const version of [undefined, ...versions]) {
            expect(actual(index, tenant, name, version)).toBe(expected(contents, said, tenant, name, version));
          }
        }
        expect(index.visibleTools(tenant).map((tool) => tool.name)).toEqual(
          names.filter((name) => expected(contents, said, tenant, name) !== null),
        );
        for (const tool of index.visibleTools(tenant)) expect(index.resolve(tenant, tool.name)).toBe(tool);
      }
    }),
    { numRuns: 500 },
  );
});
