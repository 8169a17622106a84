import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

test('a call is handed in, carried out, and its result picked up', async () => {
  const submitted = await here.cli(['submit', 'slack_create_channel', 'name=later', '--session', 's', '--json']);
  const { submission_id: id } = json(submitted);
  expect(submitted.code).toBe(0);
  const result = await here.cli(['result', id, '--wait', '20000', '--json']);
  expect(json(result)).toMatchObject({ state: 'done', tries: 1, result: { status: 'succeeded' } });
  expect(result.code).toBe(0);
  expect((await here.cli(['result', id])).out).toMatch(/done .*1 try[\s\S]*succeeded {2}slack_create_channel/);
  const again = await here.cli(['submit', 'slack_create_channel', '--args', '{"name":"later"}', '--id', id]);
  expect(again.out).toContain('as before');
  expect(again.out).toContain(`patchbay result ${id}`);
});

test('a plan is handed in, carried out, and its result picked up', async () => {
  const calls = [
    { id: 'make', tool: 'slack_create_channel', arguments: { name: 'planned' } },
    { id: 'look', tool: 'slack_check_connection', depends_on: ['make'] },
  ];
  const input = JSON.stringify({ calls, plan_id: 'pln_01JD0000000000000000000000' });
  const submitted = await here.cli(['submit-plan', '-', '--session', 's', '--key', 'k', '--deadline', '9000'], {
    input,
  });
  expect(submitted.out).toMatch(/accepted {2}a plan of 2 calls\n[\s\S]*pln_01JD0000000000000000000000/);
  const id = /sbm_\w+/.exec(submitted.out)?.[0] as string;
  const result = await here.cli(['result', id, '--wait', '20000', '--json']);
  expect(json(result)).toMatchObject({ state: 'done', result: null, plan: { status: 'succeeded' } });
  expect(result.code).toBe(0);
  expect((await here.cli(['result', id])).out).toMatch(/done .*1 try[\s\S]*look +slack_check_connection +succeeded/);
  const again = await here.cli(['submit-plan', '-', '--id', id, '--json', '--key', 'k'], { input });
  expect(json(again)).toMatchObject({ submission_id: id, duplicate: true });
  const circle = JSON.stringify({ calls: [{ ...calls[0], depends_on: ['make'] }] });
  const refused = await here.cli(['submit-plan', '-', '--json'], { input: circle });
  expect(JSON.parse(refused.err || refused.out)).toMatchObject({ error: { code: 'invalid_request' } });
});

test('what cannot be right is refused with what is', async () => {
  expect((await here.cli(['result', 'exe_1'])).code).toBe(2);
  const unknown = await here.cli(['result', 'sbm_01JD0000000000000000000000']);
  expect(unknown.out).toContain('No such submission');
  expect(unknown.code).toBe(1);
  const missing = await here.cli(['submit', 'slack_creat_channel', '--json']);
  expect(JSON.parse(missing.err || missing.out)).toMatchObject({ error: { code: 'tool_not_found' } });
});

test('dead letters are listed, shown, replayed and dropped', async () => {
  expect((await here.cli(['submissions', 'list'])).out).toBe('No submission was given up.\n');
  const { submission_id: id } = json(
    await here.cli(['submit', 'slack_create_channel', 'name=late', '--delay', '1', '--expires', '2', '--json']),
  );
  const dead = await here.cli(['result', id, '--wait', '20000', '--json']);
  expect(json(dead)).toMatchObject({
    state: 'dead_letter',
    result: { error: { code: 'deadline_exceeded' } },
  });
  expect((await here.cli(['submissions', 'list', '--all', '--limit', '10'])).out).toMatch(
    new RegExp(`${id}.*slack_create_channel.*expired`),
  );
  const shown = await here.cli(['submissions', 'show', id]);
  expect(shown.out).toContain('"name": "late"');
  expect((await here.cli(['submissions', 'replay', id, '--expires', '60000'])).out).toContain('submitted again');
  expect(json(await here.cli(['result', id, '--wait', '20000', '--json']))).toMatchObject({ state: 'done' });
  expect((await here.cli(['submissions', 'drop', id, '--json'])).code).not.toBe(0);
});

test('a dead letter is dropped for good', async () => {
  const { submission_id: id } = json(
    await here.cli(['submit', 'slack_create_channel', 'name=never', '--delay', '1', '--expires', '2', '--json']),
  );
  await here.cli(['result', id, '--wait', '20000']);
  expect((await here.cli(['submissions', 'drop', id])).out).toContain(`dropped  ${id}`);
  expect((await here.cli(['submissions', 'list'])).out).toBe('No submission was given up.\n');
});
