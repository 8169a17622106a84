import { expect, test } from 'vitest';
import { entryKeyOf, parseEntryKey } from './entry-key.ts';

test('a key holds scope, integration and version without the dots of the version', () => {
  expect(entryKeyOf({ scope: '_platform', integration: 'slack', version: '1.20.3' })).toBe(
    'doc._platform.slack.1_20_3',
  );
});

test.each([
  { scope: '_platform', integration: 'slack', version: '1.0.0' },
  { scope: 'acme-2', integration: 'slack_post_message', version: '10.20.30' },
])('a key leads back to its address: $scope $integration $version', (address) => {
  expect(parseEntryKey(entryKeyOf(address))).toEqual(address);
});

test.each([
  'doc',
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
