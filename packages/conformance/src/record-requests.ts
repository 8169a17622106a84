import type { Example, IntegrationDocument, Step, Tool } from '@patchbay/contracts';
import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import { createEngine, type ExecuteOutcome, prepareTool } from '@patchbay/execution-engine';
import { exampleConnection } from '@patchbay/testkit/sandbox';

/** One request of an example, as it would have left for the vendor. */
export interface RecordedCall {
  readonly request: EgressRequest;
  /** Null for a tool of one request. */
  readonly step: Step | null;
  /** What the document says that the vendor answers. */
  readonly response: Example['response'];
}

export interface Recording {
  readonly calls: readonly RecordedCall[];
  readonly outcome: ExecuteOutcome;
}

/**
 * Executes one example of a tool with the execution engine, in the place of a vendor who answers what the example says.
 * Nothing leaves the process. Further pages of a read are not recorded: they differ from the first in one value only.
 */
export async function recordRequests(
  document: IntegrationDocument,
  toolKey: string,
  example: Example,
): Promise<Recording> {
  const tool = document.tools[toolKey] as Tool;
  const connection = exampleConnection(document);
  const calls: RecordedCall[] = [];
  const answer = (request: EgressRequest): EgressOutcome => {
    if (request.url === exchangeUrl(document, connection.variables)) return tokenAnswer(document, connection.token);
    const step = tool.steps?.[calls.length] ?? null;
    const response = step === null ? example.response : example.responses?.[step.id];
    if (tool.steps === undefined ? calls.length === 0 : step !== null) calls.push({ request, step, response });
    return response === undefined ? noAnswer : given(response);
  };
  const engine = createEngine({
    egress: {
      send: async (request) => answer(request),
      // What was sent is all that is wanted of an answer that streams.
      open: async (request) => {
        answer(request);
        return noAnswer;
      },
    },
    random: () => 0,
    sleep: async () => {},
    // Nobody looks at what becomes of an answer, so no threads are started for it.
    transform: { warm: () => {}, run: async () => ({ ok: true, text: '{}' }), close: () => {} },
  });
  try {
    const outcome = await engine.execute({
      prepared: prepareTool(document, toolKey),
      tenant: 'acme',
      arguments: example.arguments,
      credential: connection.credential,
      variables: connection.variables,
      deadlineAt: performance.now() + 10_000,
      idempotencyKey: 'example',
      caller: { agent: 'agent', session: 'session', end_user: 'ada' },
    });
    return { calls, outcome };
  } finally {
    engine.close();
  }
}

function exchangeUrl({ auth }: IntegrationDocument, variables: Readonly<Record<string, string>>): string | undefined {
  return auth.exchange?.url.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) => variables[name] ?? '');
}

function tokenAnswer({ auth }: IntegrationDocument, token: string): EgressOutcome {
  const path = (auth.exchange?.token ?? 'access_token').split('.');
  return given({ status: 200, body: path.reduceRight<unknown>((value, name) => ({ [name]: value }), token) });
}

function given({ status, headers = {}, body }: NonNullable<Example['response']>): EgressOutcome {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const contentType = named['content-type'] ?? 'application/json';
  const isText = typeof body === 'string' && !contentType.includes('json');
  const bytes = body === undefined ? '' : isText ? body : JSON.stringify(body);
  return {
    ok: true,
    response: {
      status,
      headers: named,
      body: Buffer.from(bytes),
      contentType: body === undefined ? null : contentType,
    },
    timing: { connectMs: 0, queuedMs: 0, totalMs: 1 },
  };
}

const noAnswer = {
  ok: false,
  failure: { kind: 'aborted', sent: true, reason: 'cancelled', message: 'Nobody answers here.' },
} as const satisfies EgressOutcome;
