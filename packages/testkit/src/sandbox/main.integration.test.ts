import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bearer, chatDocument } from './documents.fixture.ts';
import { call } from './http-client.fixture.ts';
import { sandboxClient } from './index.ts';

test('the process says where it is, serves a catalogue, is steered from outside and ends on SIGTERM', async () => {
  const catalog = await mkdtemp(join(tmpdir(), 'sandbox-catalog-'));
  await writeFile(join(catalog, 'chat.yaml'), JSON.stringify(chatDocument));
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, PATCHBAY_SANDBOX_CATALOG: catalog },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit')])) as [string];
    const ready = JSON.parse(line) as { url: string; control_token: string };
    const reply = await call(
      { port: Number(new URL(ready.url).port) },
      { host: 'chat.example', path: '/api/users/me', headers: bearer },
    );
    expect(reply.json).toEqual({ id: 'me' });
    expect(await sandboxClient(ready.url, ready.control_token).counts()).toMatchObject({ accepted: 1 });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await rm(catalog, { recursive: true });
  }
});
