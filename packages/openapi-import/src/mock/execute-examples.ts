import { normaliseDocument } from '@patchbay/catalog';
import type { Credential, IntegrationDocument, IntegrationDocumentInput } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { createEngine, prepareTool } from '@patchbay/execution-engine';
import type { ApiDescription } from '../spec/types.ts';
import { startMockOfSpec } from './start-mock-of-spec.ts';

/** What became of one tool's example. */
export interface ExecutedExample {
  readonly tool: string;
  readonly operation: string;
  readonly status: string;
  /** Whether the model would see something of the answer. */
  readonly shown: boolean;
  /** What the description does not allow of the request, of the example's answer, or of the mock's. */
  readonly problems: readonly string[];
}

/** Carries out each tool's example through the execution engine, against a mock that knows the description alone. */
export async function executeExamples(
  description: ApiDescription,
  input: IntegrationDocumentInput,
): Promise<ExecutedExample[]> {
  const normalised = normaliseDocument(input);
  if (!normalised.ok) throw new Error(`the draft is no document: ${JSON.stringify(normalised.issues)}`);
  // The mock's first look at a large description takes its time, and is not to be asked twice.
  const document = { ...normalised.document, timeout_ms: 100_000 };
  const basePath = new URL(document.base_url.replaceAll(/\{[^}]*\}/g, 'x')).pathname.replace(/\/$/, '');
  const mock = await startMockOfSpec(description, basePath);
  const egress = createEgress({ dialOverride: mock.url });
  const engine = createEngine({ egress });
  try {
    const done: ExecutedExample[] = [];
    for (const [key, tool] of Object.entries(document.tools)) {
      const from = tool.meta?.['imported_from'] as { operation: string } | undefined;
      const operation = from?.operation ?? '';
      const example = tool.examples[0];
      const outcome = await engine.execute({
        prepared: prepareTool(document, key),
        tenant: 'acme',
        arguments: example?.arguments ?? {},
        credential: credentialFor(document),
        variables: variablesOf(document),
        deadlineAt: performance.now() + 100_000,
        idempotencyKey: null,
      });
      const answer =
        example?.response?.body === undefined ? null : mock.answerProblem(operation, example.response.body);
      const asked = mock.asked();
      const problems = [
        ...mock.problems(),
        ...(asked.length === 1 ? [] : [`asked for ${asked.join(', ') || 'nothing'}`]),
        ...(outcome.error === null ? [] : [outcome.error.message]),
        ...(answer === null ? [] : [`example: ${answer}`]),
      ];
      const { output } = outcome;
      const shown = output !== null && typeof output === 'object' && Object.keys(output).length > 0;
      done.push({ tool: key, operation, status: outcome.status, shown, problems });
    }
    return done;
  } finally {
    engine.close();
    await egress.close();
    await mock.close();
  }
}

function credentialFor({ auth }: IntegrationDocument): Credential | null {
  const secret = 'made-up-credential';
  switch (auth.type) {
    case 'none':
      return null;
    case 'basic':
      return { type: 'basic', username: 'made-up', password: secret };
    case 'bearer':
      return { type: 'bearer', token: secret };
    case 'oauth2':
      return { type: 'oauth2', access_token: secret, token_type: 'Bearer' };
    case 'api_key':
      return { type: 'api_key', api_key: secret };
    case 'aws_sigv4':
      return { type: 'custom', fields: { access_key_id: 'made-up', secret_access_key: secret } };
    case 'custom': {
      const templates = [auth.headers, auth.query, auth.body].flatMap((part) => Object.values(part ?? {}));
      const names = templates.flatMap((template) =>
        [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name as string),
      );
      return { type: 'custom', fields: Object.fromEntries(names.map((name) => [name, secret])) };
    }
  }
}

function variablesOf({ variables = {} }: IntegrationDocument): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { example, default: preset }]) => [name, preset ?? example ?? 'example']),
  );
}
