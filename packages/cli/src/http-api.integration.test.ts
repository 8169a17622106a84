import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startInstallation } from './running-patchbay.fixture.ts';

/** In this order: the later ones use the keys that the first one makes. */
const pages = ['http-api.md', 'analytics.md', 'graphql.md'].map((name) =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8'),
);
const bin = fileURLToPath(new URL('../bin/patchbay.mjs', import.meta.url));
const blocks = pages.flatMap((page) => [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block));
/** What docs/graphql.md takes from its reader. */
const forGraphQl = (url: string) => `KEY=$(sed 's/.*Bearer //' owner.header)\nURL=${url}\n`;

/** What stands between the page and where a test runs it: the command as it is here, and each answer's status told aside. */
const preamble = `set -e
npx() { shift; node '${bin}' "$@"; }
curl() { node ./curl.mjs "$@"; echo; }
`;

/** Understands what the page asks of curl, which is not on every machine. Tells the status on standard error. */
const curlStandIn = `
import { readFileSync } from 'node:fs';
const headers = new Headers();
let [body, url] = [undefined, ''];
const given = process.argv.slice(2);
while (given.length > 0) {
  const word = given.shift();
  if (word === '-s' || word === '-sN') continue;
  if (word === '-d') {
    body = given.shift();
  } else if (word === '-H') {
    const line = given.shift();
    const [name, ...value] = (line[0] === '@' ? readFileSync(line.slice(1), 'utf8') : line).trim().split(':');
    headers.append(name, value.join(':').trim());
  } else if (word[0] === '-') throw new Error('curl.mjs does not know ' + word);
  else url = word;
}
const answer = await fetch(url, { method: body === undefined ? 'GET' : 'POST', headers, body, signal: AbortSignal.timeout(60_000) });
process.stdout.write(await answer.text());
process.stderr.write('status ' + answer.status + '\\n');
`;

test('the commands of the pages do what they say, one after another', { timeout: 180_000 }, async () => {
  const here = await startInstallation();
  try {
    const { gateway_url: url, tenant } = here.patchbay.facts;
    const script = `${preamble}${[...blocks.slice(0, -1), forGraphQl(url), blocks.at(-1)].join('\n')}`
      .replaceAll('http://127.0.0.1:7700', url)
      .replaceAll('Patchbay-Tenant: demo', `Patchbay-Tenant: ${tenant}`);
    writeFileSync(join(here.cwd, 'curl.mjs'), curlStandIn);
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
      cwd: here.cwd,
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    });
    const statuses = [...stderr.matchAll(/^status (\d+)$/gm)].map(([, status]) => Number(status));
    const ofHttp = [200, 200, 200, 200, 200, 200, 200, 200, 201, 200, 200];
    const ofWebhooksAndAudit = [201, 201, 200, 200, 200, 200, 200, 200, 200, 200];
    const ofRepeats = [201, 201];
    const ofAnalytics = Array.from({ length: 7 }, () => 200);
    expect(statuses).toEqual([...ofHttp, ...ofWebhooksAndAudit, ...ofRepeats, 403, 401, ...ofAnalytics, 200]);
    expect(stdout).toMatch(/^\{"\$header":\{"format":"patchbay-audit-export\/1"[\s\S]*^\{"\$checkpoint":/m);
    expect(stdout).toMatch(/"proof":"mac".*"problem_count":0/);
    expect(stdout).toMatch(/"per_second":/);
    expect(stdout).toMatch(/"key":"slack_post_message"/);
    expect(stdout).toMatch(/^patchbay_execution_duration_seconds_count\{.*slack_post_message.*\} \d+$/m);
    expect(stdout).toMatch(/^event: result\ndata: \{.*"status":"succeeded"/m);
    expect(stdout).toMatch(/^\{"data":\{"me":\{"role":"owner",/m);
    expect(stdout).toMatch(/"input_schema"/);
    expect(stdout).toMatch(/"code":"not_permitted".*\n\{.*"code":"not_authenticated"/);
    // Keys go into files alone, but for the one that is made over HTTP.
    expect(stdout.match(/pbk_\w+/g)).toHaveLength(1);
  } finally {
    await here.stop();
  }
});
