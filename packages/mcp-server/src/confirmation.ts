import { type CallToolResult, type InputRequiredResult, inputRequired } from '@modelcontextprotocol/server';
import type { ErrorBody } from '@patchbay/contracts';
import { callToolName } from './meta-tools.ts';

/** A call that a policy lets through only when its person says yes. */
export interface AskedConfirmation {
  /** The next call carries it. It holds for this tool with these arguments, and not for long. */
  readonly token: string;
  /** What to ask. */
  readonly sentence: string;
}

/** Where the answer to the question is found in the request that follows. */
export const confirmKey = 'confirm';

/** Null for every other failure. */
export function confirmationOf(error: ErrorBody | null): AskedConfirmation | null {
  if (error?.code !== 'confirmation_required') return null;
  const { token, sentence } = error.details;
  return typeof token === 'string'
    ? { token, sentence: typeof sentence === 'string' ? sentence : error.speakable }
    : null;
}

/** Has the client put the question to its person: the call comes again with what they said, and with the token. */
export function askToConfirm({ token, sentence }: AskedConfirmation): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [confirmKey]: inputRequired.elicit({
        message: sentence,
        requestedSchema: {
          type: 'object',
          properties: { confirm: { type: 'boolean', title: 'Yes, do it', default: false } },
          required: ['confirm'],
        },
      }),
    },
    // The executor made it and checks it: it is bound to the tenant, the tool and the arguments.
    requestState: token,
  });
}

/** For clients that cannot ask: the model does, and calls again with the token. */
export function withToken(
  refusal: CallToolResult,
  tool: string,
  { token, sentence }: AskedConfirmation,
): CallToolResult {
  const next =
    `Ask the person: "${sentence}" Only after a clear yes, call ${callToolName} with name "${tool}", the same arguments, ` +
    'and this confirmation.';
  const text = JSON.stringify({ confirmation: token, ask: sentence, next });
  return { ...refusal, content: [...refusal.content, { type: 'text', text }] };
}
