import { canonicalJson } from '@patchbay/contracts';
import type { ModelAnswer, ModelCall } from '@patchbay/sdk';
import { z } from 'zod';
import { digestOf } from '../operations/voice/voice-keys.ts';
import type { RouteCall } from './http-route.ts';
import { headerOf, notAsDocumented } from './voice-terms.ts';

/** Milliseconds that ElevenLabs waits for a server tool (`response_timeout_secs`, default 20). */
export const elevenLabsTimeoutMs = 20_000;

/** The whole call in the body, as ElevenLabs' own guide for agents shows it (github.com/elevenlabs/skills, agents). */
const Envelope = z.looseObject({
  tool_call_id: z.string().min(1).max(500),
  tool_name: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  conversation_id: z.string().min(1).optional(),
});

export const ElevenLabsAnswer = z.object({ result: z.unknown() });

export interface ElevenLabsCall {
  readonly session: string;
  readonly call: ModelCall;
  /** Arguments that came in the URL, as text. */
  readonly inUrl: readonly string[];
}

/**
 * A server tool's webhook. The tool is named by the path; what the agent filled in stands in the body, or in the query of a
 * GET. The conversation comes in header `Patchbay-Session`, set to the dynamic variable `system__conversation_id`, and what
 * tells a call from one like it in `Idempotency-Key`, or by the turn in `Patchbay-Turn`.
 * @throws PatchbayError `invalid_request` when nothing says which conversation it is.
 */
export function readElevenLabs(
  request: Pick<RouteCall, 'headers'>,
  tool: string,
  body: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): ElevenLabsCall {
  const { data: whole } = Envelope.safeParse(body);
  const { system__conversation_id: said, ...args } = { ...query, ...(whole?.parameters ?? body) };
  const session = headerOf(request, 'patchbay-session') ?? whole?.conversation_id ?? said;
  if (typeof session !== 'string' || session.trim() === '')
    throw notAsDocumented('Patchbay-Session', 'set this header to the dynamic variable system__conversation_id');
  if (whole !== undefined && whole.tool_name !== tool)
    throw notAsDocumented('tool_name', 'is not the tool of the path');
  // Without an id or a turn, the same call in the same conversation is the same one: to act once too often is worse.
  const id =
    whole?.tool_call_id ??
    headerOf(request, 'idempotency-key') ??
    digestOf(canonicalJson([tool, args, headerOf(request, 'patchbay-turn')]));
  return {
    session,
    call: { id, name: tool, arguments: args },
    inUrl: Object.keys(query).filter((name) => name in args),
  };
}

/** What stood in the URL is text: it is meant as what the tool's schema says. What is neither stays, and is refused as such. */
export function meantBy(
  schema: unknown,
  args: Readonly<Record<string, unknown>>,
  inUrl: readonly string[],
): Record<string, unknown> {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, { type?: unknown } | undefined> };
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (!inUrl.includes(name)) return [name, value];
      const kinds = [properties[name]?.type].flat();
      if (kinds.includes('array') && !Array.isArray(value)) return [name, [value]];
      if (typeof value !== 'string' || kinds.includes('string')) return [name, value];
      if (kinds.some((kind) => kind === 'integer' || kind === 'number') && /^-?\d{1,15}(\.\d+)?$/.test(value))
        return [name, Number(value)];
      if (kinds.includes('boolean') && /^(true|false)$/.test(value)) return [name, value === 'true'];
      return [name, value];
    }),
  );
}

export function elevenLabsAnswer({ text, output }: ModelAnswer): z.input<typeof ElevenLabsAnswer> {
  return { result: output === undefined ? JSON.parse(text) : output };
}
