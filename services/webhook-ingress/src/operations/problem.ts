import type { HookReply } from './ports.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

/** Seconds after which to come again, unless it is known better. */
const retryAfterS = 5;

/**
 * A refusal as RFC 9457 has it. It says which request it was and nothing of why: whoever sends forged requests learns
 * nothing, and the operator finds it by its id.
 */
export function problem(status: number, requestId: string): HookReply {
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 503 && { 'retry-after': String(retryAfterS) }),
      ...(status === 405 && { allow: 'POST' }),
    },
    body: JSON.stringify({ type: 'about:blank', title: titles[status] ?? 'Error', status, request_id: requestId }),
  };
}
