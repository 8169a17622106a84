import { PatchbayError, ToolName, ToolsetName } from '@patchbay/contracts';
import { type ModelAnswer, withReservedArguments } from '@patchbay/sdk';
import { z } from 'zod';
import { answerVoiceCalls } from '../operations/voice/answer-voice-calls.ts';
import { isSignedByRetell } from '../operations/voice/retell-signature.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, type RouteCall, route } from './http-route.ts';
import {
  ElevenLabsAnswer,
  elevenLabsAnswer,
  elevenLabsTimeoutMs,
  meantBy,
  readElevenLabs,
} from './voice-elevenlabs.ts';
import { callsOfRealtime, openAiTimeoutMs, RealtimeAnswer, RealtimeEvent, realtimeAnswer } from './voice-openai.ts';
import { RetellRequest, readRetell, retellAnswer, retellTimeoutMs } from './voice-retell.ts';
import { type AnswerTurn, headerOf, notAsDocumented, turnFor, voiceTerms } from './voice-terms.ts';
import { readVapi, VapiAnswer, vapiAnswer, vapiFailure, vapiTimeoutMs } from './voice-vapi.ts';

/** Most tools of one session. */
const maxTools = 128;

/** What voice platforms ask and are answered, in their own words: docs/voice-platforms.md. */
export function voiceRoutes({ agentOf, voice }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'voice', of: 'tenant', scope: 'tools:execute', door: 'voice' } as const;
  const answer: AnswerTurn = (turn) => answerVoiceCalls({ agent: agentOf(turn.tenant), pending: voice.pending }, turn);
  const query = z.strictObject(voiceTerms);

  /** Of a server tool, whose arguments may stand in the URL. */
  async function elevenLabs(call: RouteCall<{ tool: string }>, body: object, given: z.output<typeof elevenLabsQuery>) {
    const { timeout_ms: timeoutMs = elevenLabsTimeoutMs, ...inQuery } = given;
    const read = readElevenLabs(call, call.params.tool, body as Record<string, unknown>, inQuery);
    let asked = read.call;
    if (read.inUrl.length > 0) {
      const { tools } = await agentOf(call.tenant).tools.describe([asked.name], 'mcp');
      asked = { ...asked, arguments: meantBy(tools[0]?.['inputSchema'], asked.arguments ?? {}, read.inUrl) };
    }
    const [told] = await answer(
      turnFor(call, { platform: 'elevenlabs', session: read.session, calls: [asked], timeoutMs }),
    );
    return elevenLabsAnswer(told as ModelAnswer);
  }
  const elevenLabsQuery = z.looseObject(voiceTerms);
  const named = z.object({ tool: ToolName });

  return [
    route({
      ...about,
      method: 'POST',
      path: '/voice/vapi',
      operationId: 'voiceVapi',
      summary: 'Answer a server message of Vapi',
      description:
        'Tool calls are carried out, other messages acknowledged. The key may come in `X-Vapi-Secret`. The status is 200 for whoever has a key: Vapi reads nothing else.',
      query,
      body: z.unknown(),
      response: VapiAnswer,
      keyHeader: 'x-vapi-secret',
      failure: vapiFailure,
      async handler({ query: { timeout_ms: timeoutMs = vapiTimeoutMs }, body, ...call }) {
        const message = readVapi(body);
        if (message === null) throw notAsDocumented('message', 'expected a server message');
        if (message.kind === 'tool-calls' && message.calls.length === 0)
          throw notAsDocumented('message.toolCallList', 'expected calls, each with an id');
        const { session, calls } = message;
        return vapiAnswer(message, await answer(turnFor(call, { platform: 'vapi', session, calls, timeoutMs })));
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/voice/retell',
      operationId: 'voiceRetell',
      summary: 'Carry out a custom function of Retell',
      description:
        'Beside the key, the body must be signed in `X-Retell-Signature` under the Retell API key that the tenant has named.',
      query,
      body: RetellRequest,
      response: z.unknown(),
      rawBody: true,
      async handler({ query: { timeout_ms: timeoutMs = retellTimeoutMs }, body, ...call }) {
        const signature = headerOf(call, 'x-retell-signature');
        if (!isSignedByRetell(call.rawBody ?? '', signature, voice.retellKeysOf(call.tenant), Date.now()))
          throw new PatchbayError('not_authenticated', {
            message: 'The body is not signed under a Retell key of the tenant.',
          });
        const { session, call: asked } = readRetell(body);
        const [told] = await answer(turnFor(call, { platform: 'retell', session, calls: [asked], timeoutMs }));
        return retellAnswer(told as ModelAnswer);
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/voice/elevenlabs/{tool}',
      operationId: 'voiceElevenLabs',
      summary: 'Carry out a server tool of ElevenLabs',
      params: named,
      query: elevenLabsQuery,
      body: z.looseObject({}),
      response: ElevenLabsAnswer,
      handler: (call) => elevenLabs(call, call.body, call.query),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/voice/elevenlabs/{tool}',
      operationId: 'voiceElevenLabsByQuery',
      summary: 'Carry out a server tool of ElevenLabs whose arguments stand in the URL',
      params: named,
      query: elevenLabsQuery,
      response: ElevenLabsAnswer,
      handler: (call) => elevenLabs(call, {}, call.query),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/voice/openai',
      operationId: 'voiceOpenAi',
      summary: 'Answer a server event of an OpenAI Realtime session',
      description:
        'The answer holds the client events to send. The session is that of header `Patchbay-Session`, or the conversation of the response.',
      query,
      body: RealtimeEvent,
      response: RealtimeAnswer,
      async handler({ query: { timeout_ms: timeoutMs = openAiTimeoutMs }, body, ...call }) {
        const session = headerOf(call, 'patchbay-session') ?? body.response?.conversation_id ?? null;
        const calls = callsOfRealtime(body);
        return realtimeAnswer(await answer(turnFor(call, { platform: 'openai', session, calls, timeoutMs })));
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/voice/openai/session',
      operationId: 'voiceOpenAiSession',
      summary: 'The client event that gives an OpenAI Realtime session its tools',
      query: z.strictObject({ toolset: ToolsetName.optional(), tools: z.array(ToolName).max(maxTools).optional() }),
      response: z.object({
        type: z.literal('session.update'),
        session: z.looseObject({ type: z.literal('realtime'), tools: z.array(z.record(z.string(), z.unknown())) }),
      }),
      async handler({ tenant, query: { toolset, tools: names } }) {
        const { tools } = agentOf(tenant);
        const narrowed = toolset === undefined ? {} : { toolset };
        const listed = names ?? (await tools.list({ ...narrowed, limit: maxTools })).tools.map(({ name }) => name);
        const described = listed.length === 0 ? [] : (await tools.describe(listed, 'openai-realtime', narrowed)).tools;
        const ready = described.map((tool) => ({
          ...tool,
          parameters: withReservedArguments(tool['parameters'] as Record<string, unknown>),
        }));
        return {
          type: 'session.update' as const,
          session: { type: 'realtime' as const, tools: ready, tool_choice: 'auto' },
        };
      },
    }),
  ];
}
