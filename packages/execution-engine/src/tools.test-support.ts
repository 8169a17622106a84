import type { IntegrationDocumentInput, Issue } from '@patchbay/contracts';
import { IntegrationDocument, PatchbayError } from '@patchbay/contracts';
import type { EgressFailureKind, EgressOutcome, EgressRequest } from '@patchbay/egress';
import { createEngine } from './create-engine.ts';
import type { Engine, EngineOptions, ExecuteInput } from './engine-types.ts';
import { prepareTool } from './prepare/prepare-tool.ts';
import type { PreparedTool } from './prepare/prepared-tool.ts';
import type { RequestPreview } from './request/preview-request.ts';

type ToolInput = IntegrationDocumentInput['tools'][string];

/** A document of one tool, `do_it`, of an API called Acme. */
export function documentOf(
  tool: Partial<ToolInput>,
  rest: Partial<IntegrationDocumentInput> = {},
): IntegrationDocument {
  const request = tool.steps === undefined ? { request: { method: 'POST' as const, path: '/things' } } : {};
  return IntegrationDocument.parse({
    id: 'acme',
    name: 'Acme',
    version: '1.0.0',
    category: 'other',
    description: 'An API.',
    base_url: 'https://api.acme.com/v1',
    auth: { type: 'bearer' },
    tools: { do_it: { title: 'Do it', description: 'Does it.', risk: 'write', ...request, ...tool } },
    ...rest,
  });
}

export function toolOf(tool: Partial<ToolInput>, rest: Partial<IntegrationDocumentInput> = {}): PreparedTool {
  return prepareTool(documentOf(tool, rest), 'do_it');
}

/** What is wrong with a document, as `path: message`. */
export function issuesIn(tool: Partial<ToolInput>, rest: Partial<IntegrationDocumentInput> = {}): string[] {
  try {
    toolOf(tool, rest);
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return (error.body.details.issues as Issue[]).map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

/** One for all previews: making an engine takes longer than a preview. */
const previews = createEngine({
  egress: {
    send: () => Promise.reject(new Error('a preview sends nothing')),
    open: () => Promise.reject(new Error('a preview opens nothing')),
  },
  wallClock: () => 0,
});

/** The request a tool makes of arguments, without its credential. */
export function previewOf(
  prepared: PreparedTool,
  args: Record<string, unknown> = {},
  rest: Partial<ExecuteInput> = {},
): RequestPreview {
  return previews.previewRequest({
    prepared,
    tenant: 'acme',
    arguments: args,
    variables: {},
    idempotencyKey: null,
    ...rest,
  });
}

/** The failure that `act` throws. */
export function failureOf(act: () => unknown): PatchbayError {
  try {
    act();
  } catch (error) {
    if (error instanceof PatchbayError) return error;
    throw error;
  }
  throw new Error('expected a failure');
}

export function answer(
  status: number,
  body: unknown = '',
  headers: Record<string, string | string[]> = {},
): EgressOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    ok: true,
    response: {
      status,
      headers,
      body: Buffer.from(text),
      contentType: typeof body === 'string' ? 'text/plain' : 'application/json',
    },
    timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
  };
}

export function failure(kind: EgressFailureKind, sent: boolean): EgressOutcome {
  const reason = kind === 'unreachable' ? 'connect_refused' : 'connection_closed';
  return { ok: false, failure: { kind, sent, reason, message: 'It failed.' } };
}

export interface Bench {
  readonly engine: Engine;
  readonly requests: EgressRequest[];
  /** Waits that were asked for, in milliseconds. */
  readonly waits: number[];
  /** Moves the clock. */
  pass(ms: number): void;
  /** Moves the clock, then gives the outcome: an exchange that took its time. */
  passThen(ms: number, outcome: EgressOutcome): EgressOutcome;
  execute(prepared: PreparedTool, input?: Partial<ExecuteInput>): ReturnType<Engine['execute']>;
}

/** An engine on a clock of its own, over an egress that answers by script: each entry once, the last one for ever. */
export function benchOf(
  script: readonly (EgressOutcome | (() => EgressOutcome | Promise<EgressOutcome>))[],
  options: Partial<EngineOptions> = {},
): Bench {
  let now = 1_000;
  const requests: EgressRequest[] = [];
  const waits: number[] = [];
  const engine = createEngine({
    egress: {
      open: () => Promise.reject(new Error('no answer streams here')),
      async send(request) {
        const entry = script[Math.min(requests.length, script.length - 1)] ?? answer(200, {});
        requests.push(request);
        return typeof entry === 'function' ? entry() : entry;
      },
    },
    now: () => now,
    wallClock: () => Date.UTC(2026, 0, 31, 9, 30),
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
    ...options,
  });
  return {
    engine,
    requests,
    waits,
    pass: (ms) => {
      now += ms;
    },
    passThen: (ms, outcome) => {
      now += ms;
      return outcome;
    },
    execute: (prepared, input = {}) =>
      engine.execute({
        prepared,
        tenant: 'acme',
        arguments: {},
        credential: { type: 'bearer', token: 'token-0123456789' },
        variables: {},
        deadlineAt: now + 10_000,
        idempotencyKey: null,
        ...input,
      }),
  };
}
