import { expect, test } from 'vitest';
import { answerOf } from './tool-answer.ts';
import { digestOfServerTool } from './tool-digest.ts';

const text = (value: string) => ({ type: 'text' as const, text: value });

test.each([
  ['what is structured', { content: [text('a')], structuredContent: { a: 1 } }, { a: 1 }],
  ['text that is JSON', { content: [text('{"a":1}')] }, { a: 1 }],
  ['text that only begins like it', { content: [text('[sic] no')] }, { text: '[sic] no' }],
  ['several texts', { content: [text('a'), text('b')] }, { text: 'a\nb' }],
  ['nothing', { content: [] }, { text: '' }],
  [
    'a file without its bytes',
    { content: [{ type: 'resource' as const, resource: { uri: 'f:1', mimeType: 'application/pdf', blob: 'AAAA' } }] },
    { content: [{ type: 'resource', uri: 'f:1', mime_type: 'application/pdf', bytes: 3 }] },
  ],
  [
    'a text file, cut',
    { content: [{ type: 'resource' as const, resource: { uri: 'f:2', text: 'x'.repeat(70_000) } }] },
    { content: [{ type: 'resource', uri: 'f:2', text: 'x'.repeat(65_536) }] },
  ],
])('the answer is %s', (_what, result, value) => {
  expect(answerOf(result)).toEqual({ value, toolFailed: false });
});

test('a failure is its message, beside what is structured', () => {
  const failure = { content: [text('No.')], structuredContent: { code: 7, message: 'other' }, isError: true };
  expect(answerOf(failure)).toEqual({ value: { code: 7, message: 'No.' }, toolFailed: true });
});

test('a digest is of name, arguments and hints, however they are written', () => {
  const tool = {
    name: 'add',
    description: 'Adds.',
    inputSchema: { type: 'object' as const, properties: { a: { type: 'number' }, b: {} }, required: ['a'] },
    annotations: { readOnlyHint: true, title: 'Add' },
  };
  const digest = digestOfServerTool(tool);
  const same = { ...tool, description: 'Other words.', annotations: { title: 'Sum', readOnlyHint: true } };
  expect(digestOfServerTool(same)).toBe(digest);
  const { a, b } = tool.inputSchema.properties;
  expect(digestOfServerTool({ ...tool, inputSchema: { ...tool.inputSchema, properties: { b, a } } })).toBe(digest);
  expect(digestOfServerTool({ ...tool, annotations: { readOnlyHint: false } })).not.toBe(digest);
  expect(digestOfServerTool({ ...tool, inputSchema: { ...tool.inputSchema, required: ['b'] } })).not.toBe(digest);
});
