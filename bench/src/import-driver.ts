import { readFileSync } from 'node:fs';
import { draftDocument, parseDescriptionText, readApiDescription } from '@patchbay/openapi-import';
import { executeExamples, spreadOperations } from '@patchbay/openapi-import/mock-of-spec';

/** What one import came to. Bytes and milliseconds. */
export interface ImportSample {
  readonly read_ms: number;
  readonly draft_ms: number;
  readonly peak_rss: number;
  readonly operations: number;
  readonly drafted: number;
  /** Examples that were carried out and are what the description says, the request and the answer. */
  readonly held: number;
  readonly problems: readonly string[];
}

const [file = '', count = '20'] = process.argv.slice(2);
const startedAt = performance.now();
const description = readApiDescription(parseDescriptionText(readFileSync(file, 'utf8')));
const readAt = performance.now();
const chosen = spreadOperations(description, Number(count)).map(({ id }) => id);
const { document, report } = draftDocument(description, { operations: chosen, source: file, today: '2026-03-02' });
const draftedAt = performance.now();
// Of the import alone: the mock that follows compiles the description's schemas.
const peak = process.resourceUsage().maxRSS * 1_024;
const done = await executeExamples(description, document);
const held = done.filter(({ status, problems }) => status === 'succeeded' && problems.length === 0);
const sample: ImportSample = {
  read_ms: readAt - startedAt,
  draft_ms: draftedAt - readAt,
  peak_rss: peak,
  operations: chosen.length,
  drafted: report.operations.filter(({ tool }) => tool !== null).length,
  held: held.length,
  problems: [
    ...report.operations.flatMap(({ operation, problem }) => (problem === null ? [] : [`${operation}: ${problem}`])),
    ...done
      .filter((one) => !held.includes(one))
      .flatMap(({ operation, problems }) => problems.map((problem) => `${operation}: ${problem}`)),
  ],
};
process.stdout.write(JSON.stringify(sample));
