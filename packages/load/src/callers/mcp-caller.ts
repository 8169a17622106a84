import type { ErrorCode } from '@patchbay/contracts';
import type { CallOutcome, MakeCall } from '../run/call-outcome.ts';
import type { MixedCall } from '../work/tool-mix.ts';
import type { HttpClient } from './http-client.ts';
import { lostAnswer } from './lost-answer.ts';
import { asObject, graceMs, type HttpCallerTerms } from './rest-caller.ts';

/** The revision whose requests stand by themselves, so that every call is one request. */
const revision = '2026-07-28';

/** Codes after which something may have happened upstream. All others refuse the call before it is sent. */
const afterSending: ReadonlySet<string> = new Set<ErrorCode>([
  'credential_expired',
  'upstream_error',
  'upstream_unreachable',
  'response_invalid',
  'response_too_large',
  'deadline_exceeded',
  'cancelled',
  'internal',
]);

/** Calls tools as an MCP client does, over streamable HTTP, a request for each call. */
export function mcpCaller(
  client: HttpClient,
  callOf: (number: number) => MixedCall,
  { apiKey, tenant, deadlineMs }: HttpCallerTerms,
): MakeCall {
  return async (number) => {
    const { tool, arguments: args, idempotencyKey } = callOf(number);
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'patchbay-tenant': tenant,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': revision,
      'mcp-method': 'tools/call',
      'mcp-name': tool,
    };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: number + 1,
      method: 'tools/call',
      params: {
        name: tool,
        arguments: args,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': revision,
          'io.modelcontextprotocol/clientCapabilities': {},
          'patchbay/deadline_ms': deadlineMs,
          ...(idempotencyKey !== undefined && { 'patchbay/idempotency_key': idempotencyKey }),
        },
      },
    });
    try {
      const answer = await client.post('/mcp', headers, body, deadlineMs + graceMs);
      return answer.status < 300
        ? outcomeOfMessage(messageIn(answer.body), tool)
        : { status: 'refused', code: codeOf(answer.body) ?? `http_${answer.status}`, what: tool };
    } catch (error) {
      return lostAnswer(error, tool);
    }
  };
}

interface Message {
  readonly result?: { readonly isError?: boolean; readonly content?: readonly { readonly text?: string }[] };
  readonly error?: { readonly code?: unknown };
}

/** The answer may be JSON, or the last event of a stream. */
function messageIn(body: string): Message {
  const events = body.split('\n').filter((line) => line.startsWith('data: {'));
  return asObject(events.at(-1)?.slice('data: '.length) ?? body) as Message;
}

function outcomeOfMessage({ result, error }: Message, what: string): CallOutcome {
  if (result === undefined) return { status: 'refused', code: `mcp_${String(error?.code ?? 'no_result')}`, what };
  if (result.isError !== true) return { status: 'succeeded', code: null, what };
  const code = codeOf(result.content?.at(-1)?.text ?? '') ?? 'internal';
  if (code === 'outcome_unknown') return { status: 'unknown', code, what };
  return { status: afterSending.has(code) ? 'failed' : 'refused', code, what };
}

/** The catalogue's code in an error's text, or in a problem. */
function codeOf(text: string): string | null {
  const { code, error } = asObject(text) as { readonly code?: unknown; readonly error?: { readonly code?: unknown } };
  const said = code ?? error?.code;
  return typeof said === 'string' ? said : null;
}
