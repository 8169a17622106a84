import { expect, test } from 'vitest';
import { PolicyDocuments, policyKey } from './index.ts';
import { document } from './policy-cases.test-support.ts';

const permit = 'permit (principal, action, resource);';

function copy() {
  const mistakes: string[] = [];
  const documents = new PolicyDocuments(({ key, message }) => mistakes.push(`${key}: ${message}`));
  const store = (over: Parameters<typeof document>[1], text = permit) => {
    const stored = document(text, over);
    return documents.apply(policyKey(stored), JSON.stringify(stored));
  };
  const versions = () => documents.inForce('acme').map(({ name, version }) => `${name} ${version}`);
  return { documents, mistakes, store, versions };
}

test('the newest version is in force, in whatever order they come', () => {
  const { store, versions, documents } = copy();
  expect([store({ version: 2 }), store({ version: 1 }), store({ version: 3 })]).toEqual(['acme', null, 'acme']);
  expect(versions()).toEqual(['default 0', 'house 3']);
  expect(documents.versions('acme', 'house').map(({ version }) => version)).toEqual([3, 2]);
  expect(store({ version: 4, text: null })).toBe('acme');
  expect(versions()).toEqual(['default 0']);
});

test('a mistake leaves the version before it in force', () => {
  const { store, versions, documents, mistakes } = copy();
  store({ version: 1 });
  expect(store({ version: 2 }, 'permit (principal')).toBeNull();
  expect(documents.apply('acme.house.3', 'no JSON')).toBeNull();
  expect(documents.apply('acme.house.4', JSON.stringify(document(permit, { version: 9 })))).toBeNull();
  expect(versions()).toEqual(['default 0', 'house 1']);
  expect(documents.isUnusable('acme')).toBe(false);
  expect(mistakes).toHaveLength(3);
  store({ version: 5 });
  expect(versions()).toEqual(['default 0', 'house 5']);
});

test('a document without any version that can be used is told of, for its scope alone', () => {
  const { store, documents } = copy();
  expect(store({ version: 1 }, 'permit (principal')).toBe('acme');
  expect(['acme', 'rival'].map((scope) => documents.isUnusable(scope))).toEqual([true, false]);
  store({ version: 2 });
  expect(documents.isUnusable('acme')).toBe(false);
  store({ version: 1, scope: '_platform' }, 'permit (principal');
  expect(['acme', 'rival'].map((scope) => documents.isUnusable(scope))).toEqual([true, true]);
});
