import { describe, expect, it } from 'vitest';
import { type BrokenCase, edited, issuesIn, soundDocument } from './broken-documents.fixture.ts';

const at = 'tools.get.response';
const response = (value: unknown) => ({ [at]: value });

const broken: BrokenCase[] = [
  ['options without a stream', `${at}.streaming`, response({ streaming: {} })],
  ['a pick from pieces', `${at}.pick`, response({ stream: 'chunked', pick: ['a'] })],
  ['base64 of events', `${at}.streaming.data`, response({ stream: 'sse', streaming: { data: 'base64' } })],
  ['an end of lines', `${at}.streaming.end`, response({ stream: 'ndjson', streaming: { end: 'x' } })],
  [
    'a text that is no path',
    `${at}.streaming.text`,
    response({ stream: 'sse', streaming: { result: 'text', text: 'a..b' } }),
  ],
  ['a text that nobody asks for', `${at}.streaming.text`, response({ stream: 'sse', streaming: { text: 'data' } })],
  ['a text that is nowhere', `${at}.streaming.text`, response({ stream: 'sse', streaming: { result: 'text' } })],
  ['a transform', `${at}.transform`, response({ stream: 'ndjson', transform: '$' })],
  [
    'pages',
    `${at}.pagination`,
    response({ stream: 'ndjson', pagination: { kind: 'cursor', items: 'a', next: 'b', parameter: 'c' } }),
  ],
  ['an unknown option', `${at}.streaming.ends`, response({ stream: 'sse', streaming: { ends: 'x' } })],
];

describe('a document whose answer streams', () => {
  it.each(broken)('is refused for %s', (_what, path, edits) => {
    expect(issuesIn(edited(soundDocument(), edits)).map((issue) => issue.path)).toContain(path);
  });

  it('is sound with the options of its kind', () => {
    const sse = { stream: 'sse', pick: { t: 'data.t' }, streaming: { end: '[DONE]', result: 'text', text: 't' } };
    for (const sound of [sse, { stream: 'ndjson' }, { stream: 'chunked', streaming: { data: 'base64' } }])
      expect(issuesIn(edited(soundDocument(), response(sound)))).toEqual([]);
  });
});
