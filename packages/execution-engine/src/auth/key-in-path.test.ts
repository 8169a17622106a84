import { describe, expect, it } from 'vitest';
import { answer, benchOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

const rest = {
  base_url: 'https://api.telegram.example/bot{api_key}',
  auth: { type: 'api_key' as const, in: 'path' as const },
};
const key = { type: 'api_key' as const, api_key: '123456:AA-Bb_9' };

describe('an API key in the path', () => {
  it('stands where base_url names it, and shows in no preview', async () => {
    const bench = benchOf([answer(200, { ok: true })]);
    const tool = toolOf({}, rest);
    expect(previewOf(tool).url).toBe('https://api.telegram.example/bot{api_key}/things');
    expect(await bench.execute(tool, { credential: key })).toMatchObject({ status: 'succeeded' });
    expect(bench.requests[0]?.url).toBe('https://api.telegram.example/bot123456:AA-Bb_9/things');
  });

  it.each([
    ['a/../b', 'bota%2F..%2Fb'],
    ['a?b#c', 'bota%3Fb%23c'],
    ['$&', 'bot%24%26'],
  ])('%j stays inside its segment', async (text, segment) => {
    const bench = benchOf([answer(200, {})]);
    await bench.execute(toolOf({}, rest), { credential: { type: 'api_key', api_key: text } });
    expect(bench.requests[0]?.url).toBe(`https://api.telegram.example/${segment}/things`);
  });

  it('that would be a dot segment is refused, and nothing is sent', async () => {
    const bench = benchOf([answer(200, {})]);
    const tool = toolOf({}, { ...rest, base_url: 'https://api.telegram.example/{api_key}' });
    const outcome = await bench.execute(tool, { credential: { type: 'api_key', api_key: '..' } });
    expect(outcome).toMatchObject({ status: 'refused', error: { code: 'credential_expired' } });
    expect(bench.requests).toEqual([]);
  });

  it('is scrubbed from what the upstream answers', async () => {
    const bench = benchOf([answer(200, { url: 'https://api.telegram.example/bot123456:AA-Bb_9/file' })]);
    const outcome = await bench.execute(toolOf({}, rest), { credential: key });
    expect(JSON.stringify(outcome)).not.toContain('AA-Bb_9');
  });

  it('must have a place, and steps cannot do without it', () => {
    expect(issuesIn({}, { ...rest, base_url: 'https://api.telegram.example/bot' })).toEqual([
      'base_url: must hold {api_key} once, in its path, where the key goes',
    ]);
    expect(issuesIn({}, { ...rest, base_url: 'https://{api_key}.example/' }).join()).toContain('base_url: ');
    const step = { id: 'a', auth: false, request: { method: 'POST' as const, path: '/x' } };
    expect(issuesIn({ steps: [step] }, rest)).toEqual([
      'tools.do_it.steps[0].auth: cannot be false where base_url holds the key',
    ]);
  });
});
