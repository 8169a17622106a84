import { openVendorSpec, vendorSpecsAtHand } from '@patchbay/vendor-specs';
import { describe, expect, it } from 'vitest';
import { draftDocument } from './document/draft-document.ts';
import { executeExamples } from './mock/execute-examples.ts';
import { spreadOperations } from './mock/spread-operations.ts';
import { readApiDescription } from './spec/read-api-description.ts';

/** `npm test` fetches what is not here, and says so where it cannot. */
const atHand = vendorSpecsAtHand();
/** `npm run bench -- import` takes 20 of each; here the validator's work on the largest is kept short. */
const operationsOf = (name: string) => (['stripe', 'microsoft_graph', 'docusign', 'jira'].includes(name) ? 8 : 20);

describe.skipIf(!atHand)('an import of a vendor’s own description', () => {
  it.each([
    'stripe',
    'github',
    'slack',
    'twilio',
    'microsoft_graph',
    'docusign',
    'jira',
    'xero',
    'swagger_petstore',
    'youtube_swagger',
  ])(
    '%s: each operation is drafted without an error of the linter, and its example is what the vendor describes',
    async (name) => {
      const description = readApiDescription(await openVendorSpec(name));
      const chosen = spreadOperations(description, operationsOf(name));
      const { document, report } = draftDocument(description, {
        operations: chosen.map(({ id }) => id),
        source: name,
        today: '2026-03-02',
      });
      expect(report.operations.filter(({ problem }) => problem !== null)).toEqual([]);
      const done = await executeExamples(description, document);
      // A document has one way to authenticate; which operations want another is in the report.
      const strangers = chosen.filter(({ id }) => report.notes.some((note) => note.startsWith(`${id} does not list`)));
      const held = done.filter(({ operation }) => !strangers.some(({ id }) => id === operation));
      expect(held.length).toBeGreaterThanOrEqual(chosen.length - 2);
      expect(held.filter(({ status, problems }) => status !== 'succeeded' || problems.length > 0)).toEqual([]);
      expect(done).toHaveLength(chosen.length);
      // An answer is shown wherever the description says what it holds.
      const silent = report.operations.filter(({ tool }) => document.tools[tool ?? '']?.response?.pick?.length === 0);
      const shown = held.filter(({ operation }) => !silent.some((one) => one.operation === operation));
      expect(shown.filter((one) => !one.shown)).toEqual([]);
      expect(shown.length).toBeGreaterThanOrEqual(4);
    },
    120_000,
  );
});
