import { readFileSync } from 'node:fs';
import { LiveGap, LiveTopic, liveCloseCodes } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { liveTopics } from './live-topics.ts';

const page = readFileSync(new URL('../../../../docs/live.md', import.meta.url), 'utf8');

test.each(LiveTopic.options)('docs/live.md has topic %s with its scope and what it tells', (topic) => {
  const { scope, tells } = liveTopics[topic];
  expect(page).toContain(`| \`${topic}\` | \`${scope}\` | ${tells} |`);
});

test('docs/live.md has every way in which events are missed, and every code that a socket is closed with', () => {
  for (const reason of LiveGap.shape.reason.options) expect(page).toContain(`| \`${reason}\` |`);
  for (const code of Object.values(liveCloseCodes)) expect(page).toContain(`| ${code} |`);
});
