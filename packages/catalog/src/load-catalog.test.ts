import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalog, loadIntegration } from './load-catalog.ts';

const document = {
  id: 'ping',
  name: 'Ping',
  version: '1.0.0',
  category: 'dev',
  description: 'Answers.',
  base_url: 'https://ping.example',
  auth: { type: 'none' },
  tools: { ping: { title: 'Ping', description: 'Answers.', risk: 'read', request: { method: 'GET', path: '/' } } },
};

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catalog-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('loadCatalog', () => {
  it('reads the documents of a directory and passes over other files', async () => {
    await writeFile(join(directory, 'ping.yaml'), JSON.stringify(document));
    await writeFile(join(directory, 'abc.yaml'), JSON.stringify({ ...document, id: 'abc' }));
    await writeFile(join(directory, 'README.md'), 'not a document');
    expect((await loadCatalog(directory)).map(({ id }) => id)).toEqual(['abc', 'ping']);
  });

  it('reads a file that changed anew, and gives each reader a document of its own', async () => {
    const file = join(directory, 'ping.yaml');
    await writeFile(file, JSON.stringify(document));
    const first = await loadIntegration('ping', directory);
    first.name = 'changed by a reader';
    expect((await loadIntegration('ping', directory)).name).toBe('Ping');
    await writeFile(file, JSON.stringify({ ...document, name: 'Pong' }));
    expect((await loadIntegration('ping', directory)).name).toBe('Pong');
  });

  it('names the file and the path of what is wrong', async () => {
    await writeFile(join(directory, 'ping.yaml'), JSON.stringify({ ...document, auth: { type: 'magic' } }));
    await expect(loadCatalog(directory)).rejects.toMatchObject({
      code: 'invalid_request',
      body: { details: { file: 'ping.yaml', issues: [{ path: 'auth.type' }] } },
    });
  });

  it('refuses a document whose id is not its file name', async () => {
    await writeFile(join(directory, 'pong.yaml'), JSON.stringify(document));
    await expect(loadIntegration('pong', directory)).rejects.toMatchObject({
      body: { details: { issues: [{ path: 'id' }] } },
    });
  });

  it.each(['nobody', '../ping', '/etc/passwd', 'Ping', ''])('knows no integration %j', async (id) => {
    await expect(loadIntegration(id, directory)).rejects.toMatchObject({ code: 'tool_not_found' });
  });

  it('passes on a fault of the file system', async () => {
    await expect(loadCatalog(join(directory, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(loadIntegration('ping', join(directory, 'x'.repeat(5_000)))).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    });
  });
});
