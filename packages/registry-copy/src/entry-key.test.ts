import { expect, test } from 'vitest';
import { choiceKeyOf, entryKeyOf, parseEntryKey, toolsetKeyOf } from './entry-key.ts';

test('a key holds scope, integration and version without the dots of the version', () => {
  expect(entryKeyOf({ scope: '_platform', integration: 'slack', version: '1.20.3' })).toBe(
    'doc._platform.slack.1_20_3',
  );
});

test.each([
  { scope: '_platform', integration: 'slack', version: '1.0.0' },
  { scope: 'acme-2', integration: 'slack_post_message', version: '10.20.30' },
])('a key leads back to its address: $scope $integration $version', (address) => {
  expect(parseEntryKey(entryKeyOf(address))).toEqual({ kind: 'document', ...address });
});

test.each([
  ['use._platform.slack', { kind: 'choice', scope: '_platform', integration: 'slack' }],
  ['use.acme._default', { kind: 'choice', scope: 'acme', integration: null }],
  ['set.acme.front-desk', { kind: 'toolset', scope: 'acme', name: 'front-desk' }],
] as const)('choices and toolsets have keys of their own: %s', (key, address) => {
  expect(parseEntryKey(key)).toEqual(address);
  expect(address.kind === 'choice' ? choiceKeyOf(address) : toolsetKeyOf(address)).toBe(key);
});

test.each([
  'doc',
  'use.acme',
  'use.acme.Slack',
  'use.acme.slack.1_0_0',
  'set.acme.',
  'set.all.front-desk',
  'set.acme.front desk',
  'doc._platform.slack',
  'doc._platform.slack.1_0',
  'doc._platform.slack.01_0_0',
  'other._platform.slack.1_0_0',
  'doc.Acme.slack.1_0_0',
  'doc.acme.Slack.1_0_0',
  'doc.acme.slack.1_0_0.more',
])('a key of another shape has no address: %s', (key) => {
  expect(parseEntryKey(key)).toBeNull();
});
