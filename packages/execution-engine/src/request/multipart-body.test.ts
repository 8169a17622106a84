import { describe, expect, it } from 'vitest';
import { benchOf, failureOf, previewOf, toolOf } from '../tools.test-support.ts';

const upload = toolOf({
  request: { method: 'POST', path: '/files', body: 'multipart' },
  parameters: {
    file: { type: 'object' },
    files: { type: 'array' },
    name: {},
    meta: { type: 'object' },
    odd: { 'x-const': 'kept', 'x-name': 'we"ird\r\n' },
  },
});

async function sent(args: Record<string, unknown>): Promise<FormData> {
  const bench = benchOf([]);
  await bench.execute(upload, { arguments: args });
  const request = bench.requests[0];
  return new Response(request?.body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': request?.headers['content-type'] ?? '' },
  }).formData();
}

describe('multipart bodies', () => {
  it('hold files, texts, lists and JSON, as any parser reads them', async () => {
    const form = await sent({
      file: {
        filename: 'a "b".png',
        content_base64: Buffer.from([0, 255, 13, 10]).toString('base64'),
        content_type: 'image/png',
      },
      files: [{ text: 'one' }, { filename: 'two.txt', text: 'zwei ü', content_type: 'text/plain; charset=utf-8' }],
      name: 'Report',
      meta: { a: 1 },
    });
    const file = form.get('file') as File;
    expect([file.name, file.type, [...new Uint8Array(await file.arrayBuffer())]]).toEqual([
      'a "b".png',
      'image/png',
      [0, 255, 13, 10],
    ]);
    const [one, two] = form.getAll('files') as File[];
    expect([one?.name, one?.type, await one?.text()]).toEqual(['file', 'application/octet-stream', 'one']);
    expect([two?.name, await two?.text()]).toEqual(['two.txt', 'zwei ü']);
    expect(form.get('name')).toBe('Report');
    expect(form.get('meta')).toBe('{"a":1}');
    expect(form.has('we"ird\r\n')).toBe(true);
  });

  it('leave out what has no value', async () => {
    expect([...(await sent({ name: 'x', file: null })).keys()]).toEqual(['name', 'we"ird\r\n']);
  });

  it.each([
    [{ content_base64: 'not base64!' }, 'arguments.file.content_base64', 'must be base64'],
    [
      { text: 'x', content_type: 'image/png\r\nX-Evil: 1' },
      'arguments.file.content_type',
      'must be a media type such as image/png',
    ],
  ])('refuse %j', (file, path, message) => {
    expect(failureOf(() => previewOf(upload, { file })).body.details.issues).toEqual([{ path, message }]);
  });
});

describe('raw bodies', () => {
  const raw = (headers?: Record<string, string>) =>
    toolOf({
      request: { method: 'PUT', path: '/x', body: 'raw', ...(headers && { headers }) },
      parameters: { content: { 'x-in': 'body_root' } },
    });

  it.each([
    ['text', 'text/plain; charset=utf-8', 'text'],
    [{ content_base64: 'AAEC', content_type: 'image/png' }, 'image/png', { bytes: 3 }],
    [{ text: 'abc' }, 'application/octet-stream', { bytes: 3 }],
    [{ other: 1 }, 'application/json', { other: 1 }],
  ])('%j goes as %s', (content, contentType, body) => {
    const preview = previewOf(raw(), { content });
    expect([preview.headers['content-type'], preview.body]).toEqual([contentType, body]);
  });

  it('keep the content type of the document, and are empty without a value', () => {
    expect(previewOf(raw({ 'Content-Type': 'application/xml' }), { content: '<a/>' }).headers['content-type']).toBe(
      'application/xml',
    );
    expect(previewOf(raw(), {}).body).toBeNull();
    expect(previewOf(toolOf({ request: { method: 'PUT', path: '/x', body: 'raw' } }), {}).body).toBeNull();
  });
});
