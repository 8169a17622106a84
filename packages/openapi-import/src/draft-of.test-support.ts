import { normaliseDocument } from '@patchbay/catalog';
import type { IntegrationDocument } from '@patchbay/contracts';
import { type Draft, type DraftOptions, draftDocument } from './document/draft-document.ts';
import { executeExamples } from './mock/execute-examples.ts';
import { parseDescriptionText, readApiDescription } from './spec/read-api-description.ts';
import type { ApiDescription } from './spec/types.ts';

export const ok = {
  200: {
    description: 'Done.',
    content: {
      'application/json': {
        schema: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } }, required: ['id'] },
      },
    },
  },
};

/** An OpenAPI 3.1 description with these paths, read as an import reads one. */
export function describe31(paths: object, rest: object = {}): ApiDescription {
  const whole = {
    openapi: '3.1.0',
    info: { title: 'Acme Desk API', version: '2' },
    servers: [{ url: 'https://api.acme.example/v2' }],
    paths,
    ...rest,
  };
  return readApiDescription(parseDescriptionText(JSON.stringify(whole)));
}

export function draftOf(
  description: ApiDescription,
  options: Partial<DraftOptions> = {},
): Draft & { whole: IntegrationDocument } {
  const draft = draftDocument(description, { source: 'acme.json', today: '2026-03-02', ...options });
  const normalised = normaliseDocument(draft.document);
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
  return { ...draft, whole: normalised.document };
}

/** The only tool of a draft. */
export function toolOf({ whole }: { whole: IntegrationDocument }) {
  const [tool] = Object.values(whole.tools);
  if (tool === undefined) throw new Error('the draft has no tool');
  return tool;
}

/** Carries out the examples against the description; what it does not allow, and statuses other than succeeded. */
export async function problemsOf(description: ApiDescription, { document }: Draft): Promise<string[]> {
  const done = await executeExamples(description, document);
  return done.flatMap(({ status, problems }) => [...problems, ...(status === 'succeeded' ? [] : [status])]);
}
