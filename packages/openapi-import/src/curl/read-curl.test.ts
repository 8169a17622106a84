import { describe, expect, it } from 'vitest';
import { draftOf, problemsOf, toolOf } from '../draft-of.test-support.ts';
import { describeRequests } from '../sent-request/describe-requests.ts';
import { readApiDescription } from '../spec/read-api-description.ts';
import { readCurl } from './read-curl.ts';
import { splitCommand } from './split-command.ts';

const imported = (...commands: string[]) => {
  const { description, droppedCredentials } = describeRequests('Acme', commands.map(readCurl));
  return {
    description: readApiDescription(structuredClone(description)),
    draft: draftOf(description, { droppedCredentials }),
  };
};

describe('a curl command', () => {
  it('becomes a tool that sends the same', async () => {
    const { description, draft } =
      imported(`curl -sSL -X POST 'https://api.acme.example/v2/teams/77/tickets?notify=true' \\
      -H 'Content-Type: application/json; charset=utf-8' -H "X-Version: 3" \\
      --data-raw $'{"subject": "It\\'s on fire", "requester": {"email": "ada@example.com"}}' --compressed | jq .`);
    const tool = toolOf(draft);
    expect(draft.whole).toMatchObject({ base_url: 'https://api.acme.example', auth: { type: 'none' } });
    expect(tool).toMatchObject({
      request: { method: 'POST', path: '/v2/teams/{team_id}/tickets', body: 'json' },
      parameters: {
        team_id: { required: true },
        subject: { required: true },
        email: { 'x-name': 'requester.email' },
        notify: { type: 'boolean', 'x-in': 'query' },
        x_version: { 'x-const': '3', 'x-in': 'header' },
      },
    });
    expect(tool.examples[0]?.arguments).toMatchObject({ subject: "It's on fire", email: 'ada@example.com' });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('loses its credentials: they are named, and stand nowhere in the draft', () => {
    const secrets = ['s3cr3t-a', 's3cr3t-b', 's3cr3t-c', 's3cr3t-d', 's3cr3t-e', 's3cr3t-f', 's3cr3t-g'];
    const [a, b, c, d, e, f, g] = secrets;
    const { draft } = imported(
      `curl -u me:${a} 'https://me:${b}@api.acme.example/x?api_key=${c}&q=1' -H 'Authorization: Bearer ${d}' -b 'sid=${e}' -H 'X-Session-Token: ${f}' -d '{"password":"${g}","name":"n"}'`,
    );
    expect(draft.report.dropped_credentials).toEqual([
      'user name and password (in the URL)',
      'user name and password (-u)',
      'cookies (-b)',
      'query parameter api_key',
      'header Authorization',
      'header X-Session-Token',
      'body field password',
    ]);
    for (const secret of secrets) expect(JSON.stringify(draft)).not.toContain(secret);
    expect(draft.whole.auth.type).toBe('basic');
    const long = imported(
      `curl 'https://api.acme.example/x?sess=abcdefghij0123456789abcdefghij&q=1' -H 'X-Odd: abcdefghij0123456789abcdefghij' -d '{"odd":"abcdefghij0123456789abcdefghij","n":"m"}'`,
    );
    expect(JSON.stringify(long.draft)).not.toContain('abcdefghij0123456789');
    expect(long.draft.report.dropped_credentials).toEqual(['query parameter sess', 'header X-Odd', 'body field odd']);
  });

  it.each([
    ["curl https://a.acme.example/x -H 'Authorization: Bearer t'", { type: 'bearer' }],
    ['curl https://a.acme.example/x --oauth2-bearer t', { type: 'bearer' }],
    ["curl https://a.acme.example/x -H 'Authorization: Basic dTpw'", { type: 'basic' }],
    ["curl https://a.acme.example/x -H 'Authorization: Token t'", { type: 'api_key', name: 'Authorization' }],
    ["curl https://a.acme.example/x -H 'X-API-Key: t'", { type: 'api_key', in: 'header', name: 'X-API-Key' }],
    ['curl "https://a.acme.example/x?apikey=t"', { type: 'api_key', in: 'query', name: 'apikey' }],
    ['curl https://a.acme.example/x --cert me.pem', { type: 'none' }],
  ])('%s says how the credential is shown', (command, auth) => {
    expect(imported(command).draft.whole.auth).toMatchObject(auth);
  });

  it.each([
    [
      'curl -G https://a.acme.example/x -d a=1 --data-urlencode "b=x y"',
      { method: 'GET', query: 'a=1&b=x%20y', body: null },
    ],
    ['curl a.acme.example/x --json \'{"a":1}\'', { method: 'POST', url: 'https://a.acme.example/x', body: '{"a":1}' }],
    [
      'curl https://a.acme.example/x -F file=@a.png -F "note=hi;type=text/plain"',
      {
        form: [
          { name: 'file', value: null },
          { name: 'note', value: 'hi' },
        ],
      },
    ],
    ['curl -T up.bin https://a.acme.example/x', { method: 'PUT', body: '' }],
    ['curl -I https://a.acme.example/x', { method: 'HEAD' }],
    ['curl -XDELETE --url=https://a.acme.example/x -o out -m 5', { method: 'DELETE', body: null }],
    ['$ curl https://a.acme.example/x -d @file.json --url-query z=1', { method: 'POST', body: '', query: 'z=1' }],
  ])('%s is read as curl reads it', (command, request) => {
    expect(readCurl(command)).toMatchObject(request);
  });

  it('takes forms, files and bodies that are no JSON', async () => {
    const { description, draft } = imported(
      'curl https://a.acme.example/form -d name=Ada -d age=36 -d token=x',
      'curl https://a.acme.example/files -F file=@a.png -F public=true',
      "curl https://a.acme.example/xml -H 'Content-Type: application/xml' -d '<a/>'",
      "curl https://a.acme.example/list -H 'Content-Type: application/json' -d '[{\"a\":1}]'",
      'curl https://a.acme.example/things/3f2504e0-4f89-41d3-9a0c-0305e82c3301/parts/9001',
    );
    const {
      create_form: form,
      create_files: files,
      create_xml: xml,
      list_things_parts: _list,
      get_things_parts: parts,
    } = draft.whole.tools;
    expect(form).toMatchObject({ request: { body: 'form' }, parameters: { name: {}, age: { type: 'integer' } } });
    expect(form?.parameters['token']).toBeUndefined();
    expect(files).toMatchObject({ request: { body: 'multipart' }, parameters: { file: { 'x-file': {} } } });
    expect(xml).toMatchObject({ request: { body: 'raw', headers: { 'content-type': 'application/xml' } } });
    expect(parts?.request?.path).toBe('/things/{thing_id}/parts/{part_id}');
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it.each([
    ['wget https://a.example', /begins with curl/],
    ['curl -s', /names no URL/],
    ["curl 'https://a.example", /' that is not closed/],
    ['curl "https://a.example', /" that is not closed/],
    ["curl $'https://a.example", /\$' that is not closed/],
  ])('is refused when it is none: %s', (command, message) => {
    expect(() => readCurl(command)).toThrow(message);
  });

  it('is split as a shell splits it', () => {
    expect(splitCommand("a 'b c'\"d\\\"e\\\nf\" \\g $'\\x41\\u00e9\\n\\q' # rest\n h ; i")).toEqual([
      'a',
      'b cd"ef',
      'g',
      'Aé\nq',
      'h',
    ]);
  });
});
