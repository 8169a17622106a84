import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vendorSpecFile } from '@patchbay/vendor-specs';
import type { ImportSample } from '../import-driver.ts';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- import [options]

What an import of a vendor's own API description takes: reading and upgrading it, then drafting and linting so many of its
operations, in a process of its own. Each example is then carried out through the execution engine against a mock that
knows the description alone. The limits are 30 seconds and 1 GB.

  --operations N    operations drafted of each (default 20)
  --specs A,B       only these
  --json            print one JSON object
`;

const names = 'stripe,github,slack,twilio,microsoft_graph,docusign,jira,xero,swagger_petstore,youtube_swagger';
const options = readOptions(usage, { operations: 20, specs: names });
const driver = fileURLToPath(new URL('../import-driver.ts', import.meta.url));
const limits = { ms: 30_000, bytes: 1_073_741_824 };

const results: ({ spec: string; bytes: number; within: boolean } & ImportSample)[] = [];
for (const spec of options.specs.split(',')) {
  const file = await vendorSpecFile(spec);
  const { stdout } = await promisify(execFile)(process.execPath, [driver, file, String(options.operations)], {
    maxBuffer: 16_777_216,
  });
  const sample = JSON.parse(stdout) as ImportSample;
  const within = sample.read_ms + sample.draft_ms < limits.ms && sample.peak_rss < limits.bytes;
  results.push({ spec, bytes: statSync(file).size, within, ...sample });
  process.stderr.write(`${spec} done\n`);
}
print(options, { limits, results }, () => {
  const rows = results.map((one) => [
    one.spec,
    number(one.bytes / 1e6, 1),
    number((one.read_ms + one.draft_ms) / 1_000, 1),
    number(one.peak_rss / 1e6),
    `${one.drafted} of ${one.operations}`,
    `${one.held} of ${one.operations}`,
    one.within ? 'yes' : 'NO',
  ]);
  const heads = ['description', 'MB', 'import, s', 'peak, MB', 'drafted', 'held', 'within limits'];
  const problems = results.flatMap(({ spec, problems: found }) => found.map((problem) => `${spec}: ${problem}\n`));
  return `${table(heads, rows)}${problems.length === 0 ? '' : `\n${problems.join('')}`}`;
});
if (results.some(({ within, drafted, operations }) => !within || drafted < operations)) process.exitCode = 1;
