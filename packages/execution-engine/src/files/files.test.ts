import { describe, expect, it } from 'vitest';
import { answer, benchOf, failure, failureOf, previewOf, toolOf } from '../tools.test-support.ts';

const upload = (rules: object, more: object = {}) =>
  toolOf({
    request: { method: 'POST', path: '/up', body: 'multipart' },
    parameters: { file: { type: 'object', 'x-file': rules as never } },
    ...more,
  });
const url = 'https://files.example.com/a/report%20one.pdf?sig=secret';
const file = (body: string, contentType = 'application/pdf') => {
  const outcome = answer(200, body);
  return outcome.ok ? { ...outcome, response: { ...outcome.response, contentType } } : outcome;
};

describe('a file by URL', () => {
  it('is fetched first, without the credential, and sent as if it had been given', async () => {
    const bench = benchOf([file('PDF!'), answer(200, {})]);
    const outcome = await bench.execute(upload({ urls: ['files.example.com'] }), { arguments: { file: { url } } });
    expect(outcome).toMatchObject({ status: 'succeeded', attempts: 1 });
    const [fetched, sent] = bench.requests;
    expect(fetched).toMatchObject({ method: 'GET', url, hosts: ['files.example.com'], maxResponseBytes: 10_485_760 });
    expect(JSON.stringify(fetched?.headers)).not.toContain('token');
    const body = Buffer.from(sent?.body as Uint8Array).toString();
    expect(body).toContain('filename="report one.pdf"\r\nContent-Type: application/pdf\r\n\r\nPDF!');
  });

  it('goes into JSON as base64 through the filter', async () => {
    const bench = benchOf([file('PDF!'), answer(200, {})]);
    const tool = toolOf({
      parameters: {
        file: { type: 'object', 'x-in': 'none', 'x-file': { urls: 'public', max_bytes: 100 } },
        content: { 'x-template': '{file|base64}' },
      },
    });
    await bench.execute(tool, { arguments: { file: { url } } });
    expect(bench.requests[0]).toMatchObject({ hosts: ['files.example.com'], maxResponseBytes: 100 });
    expect(JSON.parse(bench.requests[1]?.body as string)).toEqual({ content: Buffer.from('PDF!').toString('base64') });
  });

  it('follows redirects only to where a URL of its own could lead', async () => {
    const moved = (location: string) => answer(302, '', { location });
    const good = benchOf([moved('https://cdn.example.net/x'), file('ok'), answer(200, {})]);
    expect(await good.execute(upload({ urls: 'public' }), { arguments: { file: { url } } })).toMatchObject({
      status: 'succeeded',
    });
    expect(good.requests[1]).toMatchObject({ url: 'https://cdn.example.net/x', hosts: ['cdn.example.net'] });
    for (const location of ['http://cdn.example.net/x', 'https://cdn.example.net:8443/x']) {
      const bench = benchOf([moved(location), file('no')]);
      expect(await bench.execute(upload({ urls: 'public' }), { arguments: { file: { url } } })).toMatchObject({
        status: 'refused',
        error: { code: 'invalid_arguments' },
      });
      expect(bench.requests).toHaveLength(1);
    }
    const endless = benchOf([moved('https://cdn.example.net/x')]);
    expect(await endless.execute(upload({ urls: 'public' }), { arguments: { file: { url } } })).toMatchObject({
      status: 'refused',
    });
    expect(endless.requests).toHaveLength(4);
  });

  it.each([
    [failure('denied', false), 'egress_denied', 'refused'],
    [failure('too_large', true), 'invalid_arguments', 'refused'],
    [failure('deadline', true), 'deadline_exceeded', 'refused'],
    [failure('aborted', true), 'cancelled', 'cancelled'],
    [failure('unreachable', false), 'upstream_unreachable', 'refused'],
    [failure('exhausted', false), 'overloaded', 'refused'],
    [answer(404, ''), 'invalid_arguments', 'refused'],
  ])(
    'that cannot be fetched sends nothing, tells nothing of the URL, and has a sentence',
    async (outcome, code, status) => {
      const bench = benchOf([outcome]);
      const result = await bench.execute(upload({ urls: 'public' }), { arguments: { file: { url } } });
      expect(result).toMatchObject({ status, attempts: 0, error: { code } });
      expect(result.error?.speakable).toMatch(/\.$/);
      expect(JSON.stringify(result)).not.toContain('secret');
      expect(bench.requests).toHaveLength(1);
    },
  );

  it.each([
    'http://files.example.com/x',
    'https://10.0.0.1/x',
    'https://[::1]/x',
    'https://a:b@files.example.com/',
    'https://files.example.com:444/',
    'nonsense',
  ])('%s is no public https URL', async (other) => {
    const bench = benchOf([file('x')]);
    const result = await bench.execute(upload({ urls: 'public' }), { arguments: { file: { url: other } } });
    expect(result).toMatchObject({
      error: { code: 'invalid_arguments', details: { issues: [{ path: 'arguments.file.url' }] } },
    });
    expect(bench.requests).toEqual([]);
  });

  it('is refused where the tool takes none', async () => {
    const bench = benchOf([file('x')]);
    const result = await bench.execute(upload({}), { arguments: { file: { url } } });
    expect(result).toMatchObject({ status: 'refused', error: { code: 'invalid_arguments' } });
    expect(bench.requests).toEqual([]);
  });

  it('is shown in a dry run without being fetched', () => {
    const preview = previewOf(upload({ urls: 'public', max_bytes: 5 }), { file: { url } });
    expect(preview.files_to_fetch).toEqual([{ argument: 'file', url, max_bytes: 5 }]);
    expect(previewOf(upload({}), { file: { text: 'x' } })).not.toHaveProperty('files_to_fetch');
  });
});

describe('the size of files', () => {
  it('is capped for each, by base64 and by text', async () => {
    for (const big of [{ text: 'x'.repeat(20) }, { content_base64: Buffer.alloc(20).toString('base64') }]) {
      const bench = benchOf([answer(200, {})]);
      expect(await bench.execute(upload({ max_bytes: 10 }), { arguments: { file: big } })).toMatchObject({
        status: 'refused',
        error: { code: 'invalid_arguments', details: { issues: [{ path: 'arguments.file' }] } },
      });
    }
    expect(failureOf(() => previewOf(upload({ max_bytes: 1 }), { file: { text: 'long' } })).code).toBe(
      'invalid_arguments',
    );
  });

  it('is capped for the body as a whole', async () => {
    const tool = toolOf({
      request: { method: 'POST', path: '/up', body: 'multipart' },
      parameters: { files: { type: 'array', 'x-file': { max_bytes: 26_214_400 } } },
    });
    const half = { text: 'x'.repeat(14_000_000) };
    const bench = benchOf([answer(200, {})]);
    expect(await bench.execute(tool, { arguments: { files: [half, half] } })).toMatchObject({
      status: 'refused',
      error: { code: 'invalid_arguments' },
    });
    expect(bench.requests).toEqual([]);
  });
});
