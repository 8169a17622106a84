import { type ErrorCode, type ExecutionResult, errorBody, newId } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import type { Agent } from '@patchbay/sdk';
import { afterEach, beforeEach } from 'vitest';
import { fakeResult } from '../../test/fake-result.ts';
import { PendingAnswers } from '../operations/voice/pending-answers.ts';
import { type DoorServer, doorServer } from './door-server.test-support.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { voiceRoutes } from './voice-routes.ts';

export const retellKey = 'key_0123456789abcdef0123456789ab';
const principal = (id: string, scopes = scopesOf('agent', 'acme')): Principal => ({
  kind: 'key',
  id,
  tenant: 'acme',
  role: 'agent',
  scopes: new Set(scopes),
  agent: null,
  session: null,
});

interface Asked {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly key: string;
  readonly session: string | undefined;
  readonly agent: string | undefined;
  readonly deadlineMs: number;
  readonly confirmation: string | undefined;
}

/** What is asked of voice routes, what they ask in turn, and what that comes to. Anew for each test. */
export interface VoiceStage {
  /** What executions come to, by tool. Default: the arguments themselves. */
  outcomes: Record<string, Partial<ExecutionResult> | Promise<Partial<ExecutionResult>>>;
  asked: Asked[];
  retellKeys: string[];
  /** Whether keys have asked too much. */
  limited: boolean;
  server: DoorServer;
}

export const failing = (code: ErrorCode, message?: string): Partial<ExecutionResult> => ({
  status: 'failed',
  output: null,
  error: errorBody(code, message === undefined ? {} : { message }),
});

const definition = (name: string) => ({
  type: 'function',
  name,
  description: 'Says the weather.',
  inputSchema: {
    type: 'object',
    properties: {
      days: { type: 'integer' },
      brief: { type: 'boolean' },
      places: { type: 'array' },
      zip: { type: 'string' },
    },
  },
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
});
const tools = {
  list: async () => ({ tools: [{ name: 'get_weather' }], next_cursor: null, total: 1 }),
  describe: async (names: readonly string[]) => ({
    tools: names.map(definition),
    missing: [],
    latencies: {},
    deprecations: {},
  }),
} as unknown as Agent['tools'];

/** The voice routes behind the gateway's door: `bot` may call, `reader` may not. */
export function voiceStage(): VoiceStage {
  const stage = {} as VoiceStage;
  const execute: Agent['execute'] = async (tool, args = {}, options = {}) => {
    const { idempotencyKey: key = '', context, deadlineMs = 0, confirmation } = options;
    stage.asked.push({ tool, args, key, session: context?.session, agent: context?.agent, deadlineMs, confirmation });
    return fakeResult(newId('execution'), tool, { output: args, ...(await stage.outcomes[tool]) });
  };
  beforeEach(async () => {
    Object.assign(stage, { outcomes: {}, asked: [], retellKeys: [retellKey], limited: false });
    const ports = {
      agentOf: () => ({ execute, tools }),
      voice: {
        pending: new PendingAnswers(),
        retellKeysOf: (tenant: string) => (tenant === 'acme' ? stage.retellKeys : []),
      },
    } as unknown as GatewayPorts;
    stage.server = await doorServer(voiceRoutes(ports), [principal('bot'), principal('reader', ['tools:read'])], {
      takeRate: () => ({ allowed: !stage.limited, remaining: 0, retryAfterMs: 10 }),
      maxBodyBytes: 65_536,
    });
  });
  afterEach(() => stage.server.close());
  return stage;
}

/** What a platform posts. */
export function postTo(stage: VoiceStage) {
  return async (url: string, body: unknown, headers: Record<string, string> = { authorization: 'Bearer bot' }) => {
    const answer = await stage.server.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, body: answer.json(), text: answer.body };
  };
}
