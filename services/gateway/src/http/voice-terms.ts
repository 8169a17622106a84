import { PatchbayError } from '@patchbay/contracts';
import type { ModelAnswer } from '@patchbay/sdk';
import { z } from 'zod';
import type { VoiceTurn } from '../operations/voice/answer-voice-calls.ts';
import { sessionOf } from '../operations/voice/voice-keys.ts';
import type { RouteCall } from './http-route.ts';

/** Carries a turn's calls out. */
export type AnswerTurn = (turn: VoiceTurn) => Promise<ModelAnswer[]>;

/** `timeout_ms`: what the platform was told to wait, in milliseconds, where that is not its default. */
export const voiceTerms = { timeout_ms: z.int().min(1_000).max(600_000).optional() };

/** Most calls of one request. */
const maxCalls = 64;

/** Of a platform's wait what is left for us: the answer has to reach it, and be read. */
function waitOf(timeoutMs: number): number {
  return Math.round(timeoutMs - Math.min(2_000, Math.max(400, timeoutMs * 0.1)));
}

type Told = Pick<RouteCall, 'principal' | 'tenant' | 'traceparent'>;

/** A turn, from what every route of a platform knows. */
export function turnFor(
  { principal, tenant, traceparent }: Told,
  { session, ...turn }: Pick<VoiceTurn, 'platform' | 'calls' | 'session'> & { readonly timeoutMs: number },
): VoiceTurn {
  const { timeoutMs, ...rest } = turn;
  if (turn.calls.length > maxCalls) throw notAsDocumented('toolCalls', `expected at most ${maxCalls} calls`);
  return {
    ...rest,
    principal,
    tenant,
    traceparent,
    session: session === null ? null : sessionOf(session),
    waitMs: waitOf(timeoutMs),
  };
}

export function notAsDocumented(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: 'The request is not as the platform sends it.',
    details: { issues: [{ path, message }] },
  });
}

/** A header's one value; null when there is none. */
export function headerOf({ headers }: Pick<RouteCall, 'headers'>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Anything that a model wrote, or a platform read, as arguments: an object, or the text of one; null for what is neither. */
export function argumentsOf(value: unknown): Record<string, unknown> | null {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  if (typeof value !== 'string') return null;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
