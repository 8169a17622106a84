import { expect, test } from 'vitest';
import { fieldsOf } from './credential-source.ts';

test('the fields of a custom scheme are the names in its templates, each once', () => {
  expect(
    fieldsOf({ headers: { A: 'Key {api_key|base64}', B: '{account}:{api_key}' }, query: { s: '{site}' } }),
  ).toEqual(['api_key', 'account', 'site']);
  expect(fieldsOf({ headers: { A: 'Basic {basic}' }, body: { k: '{secret}' } })).toEqual([
    'username',
    'password',
    'secret',
  ]);
  expect(fieldsOf({})).toEqual([]);
});
