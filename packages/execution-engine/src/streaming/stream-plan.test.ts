import { describe, expect, it } from 'vitest';
import { issuesIn, toolOf } from '../tools.test-support.ts';

describe('the streaming of a document', () => {
  it.each([
    [{ streaming: {} }, 'streaming: has no meaning without stream: sse, ndjson or chunked'],
    [{ stream: 'sse', streaming: { data: 'base64' } }, 'streaming.data: cannot be base64 with stream: sse'],
    [{ stream: 'chunked', streaming: { data: 'json' } }, 'streaming.data: cannot be json with stream: chunked'],
    [{ stream: 'ndjson', streaming: { end: 'x' } }, 'streaming.end: is for stream: sse alone'],
    [{ stream: 'chunked', pick: ['a'] }, 'pick: cannot pick from pieces of text or bytes'],
    [{ stream: 'ndjson', transform: '$' }, 'transform: takes an answer that is read whole'],
    [
      { stream: 'ndjson', pagination: { kind: 'link', items: 'a' } },
      'pagination: goes on from an answer that is read whole',
    ],
    [{ stream: 'sse', streaming: { text: 'data.' } }, "streaming.text: expected a key after '.' at character 6"],
    [{ stream: 'sse', streaming: { text: 'data' } }, 'streaming.text: is for result: text alone'],
    [
      { stream: 'sse', streaming: { result: 'text' } },
      'streaming.text: says where the text of an item is: result: text needs it',
    ],
  ] as const)('%j is refused', (response, issue) => {
    const { pick, ...rest } = { pick: undefined, ...response };
    const given = { ...rest, ...(pick !== undefined && { pick: [...pick] }) };
    expect(issuesIn({ response: given })).toContain(`tools.do_it.response.${issue}`);
  });

  it('says whether a tool streams, and leaves other tools alone', () => {
    expect(toolOf({ response: { stream: 'sse' } }).streams).toBe(true);
    expect(toolOf({ response: { stream: 'none' } }).streams).toBe(false);
    expect(toolOf({}).streams).toBe(false);
  });

  it('asks for what it reads, unless the document says what to accept', () => {
    expect(toolOf({ response: { stream: 'ndjson' } }).steps[0].headers.fixed.accept).toMatch(/^application\/x-ndjson/);
    const own = toolOf({
      request: { method: 'POST', path: '/x', headers: { Accept: 'text/csv' } },
      response: { stream: 'chunked' },
    });
    expect(own.steps[0].headers.fixed.accept).toBe('text/csv');
  });
});
