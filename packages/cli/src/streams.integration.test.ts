import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseDocumentText } from '@patchbay/catalog';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const example = fileURLToPath(new URL('../../../docs/examples/acme-writer.yaml', import.meta.url));

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
  // `npm start` lets the sandbox follow what is published; here nothing does.
  await control('documents', parseDocumentText(readFileSync(example, 'utf8')));
  expect((await here.cli(['integrations', 'publish', example])).code).toBe(0);
  const added = await here.cli(['connections', 'add', 'acme_writer', '-'], { input: 'made-up-token' });
  expect(added.code).toBe(0);
});
afterAll(() => here?.stop());

async function control(command: string, body?: unknown): Promise<unknown> {
  const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
  const response = await fetch(`${sandbox_url}/_sandbox/${command}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-sandbox-token': readFileSync(sandbox_control_token as string, 'utf8') },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return response.json();
}

const eventsOf = ({ out }: CliResult) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('exec --stream', () => {
  test('prints text as it is and nothing else, with what became of the call on standard error', async () => {
    const read = await here.cli(['exec', 'acme_writer_read_article', 'number=7', '--stream']);
    expect(read.out).toBe('Rain fell on Tuesday.\nIt was not the first time.');
    expect(read.err).toMatch(/^succeeded {2}acme_writer_read_article 1\.0\.0\n {2}took .* chunks?\n/);
    expect(read.code).toBe(0);
  });

  test('prints items as lines of JSON', async () => {
    const listed = await here.cli(['exec', 'acme_writer_list_orders', 'customer=C-1042', '--stream']);
    expect(listed.out).toBe('{"number":4712,"state":"written"}\n{"number":4711,"state":"delivered"}\n');
  });

  test('with --json prints an event a line', async () => {
    const written = await here.cli(['exec', 'acme_writer_complete', 'prompt=A line about rain', '--stream', '--json']);
    expect(eventsOf(written)).toMatchObject([
      { event: 'chunk', sequence: 1, data: { text: 'Rain ' } },
      { event: 'chunk', sequence: 2, data: { text: 'again, and ' } },
      { event: 'chunk', sequence: 3, data: { text: 'no umbrella.' } },
      {
        event: 'result',
        result: { status: 'succeeded', output: 'Rain again, and no umbrella.', stream: { chunks: 3 } },
      },
    ]);
    expect(written.err).toBe('');
  });

  test('of a tool that does not stream, and of a dry run, prints the result as ever', async () => {
    const posted = await here.cli(['exec', 'slack_post_message', 'channel=C1', 'text=hello', '--stream']);
    expect(posted.code).toBe(0);
    expect(posted.out).toMatch(/"ts":[\s\S]*succeeded {2}slack_post_message/);
    expect(posted.err).toBe('');
    const dry = await here.cli(['exec', 'acme_writer_complete', 'prompt=rain', '--stream', '--dry-run', '--json']);
    expect(json(dry)).toMatchObject({ event: 'result', result: { output: { method: 'POST' } } });
  });

  test('without it, a tool that streams gives its final result', async () => {
    const whole = await here.cli(['exec', 'acme_writer_complete', 'prompt=A line about rain', '--json']);
    expect(json(whole)).toMatchObject({ status: 'succeeded', output: 'Rain again, and no umbrella.' });
  });

  test('Ctrl-C cancels the execution in the middle, and closes the upstream', async () => {
    await control('behave', {
      tool: 'acme_writer_list_orders',
      do: { kind: 'stream', chunks: ['{"number":1}\n'], end: 'open', contentType: 'application/x-ndjson' },
    });
    const person = new AbortController();
    const stopped = await here.cli(['exec', 'acme_writer_list_orders', 'customer=C-1', '--stream', '--json'], {
      interrupt: person.signal,
      onOutput: () => person.abort(),
    });
    expect(stopped.code).toBe(1);
    expect(eventsOf(stopped)).toMatchObject([
      { event: 'chunk', data: { number: 1 } },
      { event: 'result', result: { status: 'cancelled', error: { code: 'cancelled' } } },
    ]);
    await expect.poll(() => control('streams'), { timeout: 10_000 }).toMatchObject([{ open: false }]);
  });

  test('Ctrl-C cancels a tool that does not stream too', async () => {
    await control('behave', { tool: 'slack_lookup_user', do: { kind: 'hang' } });
    const person = new AbortController();
    const running = here.cli(['exec', 'slack_lookup_user', 'email=a@b.example', '--stream'], {
      interrupt: person.signal,
    });
    await expect.poll(() => control('requests?tool=slack_lookup_user'), { timeout: 10_000 }).toHaveLength(1);
    person.abort();
    const stopped = await running;
    expect(stopped.code).toBe(1);
    expect(stopped.out).toContain('cancelled  slack_lookup_user');
  });
});
