import { type CallToolResult, type InputRequiredResult, inputRequired } from '@modelcontextprotocol/server';
import type { ConfirmationAsked } from '@patchbay/contracts';
import { callToolName } from './meta-tools.ts';

/** Where the answer to the question is found in the request that follows. */
export const confirmKey = 'confirm';

/** Has the client put the question to its person: the call comes again with what they said, and with the token. */
export function askToConfirm({ token, ask }: ConfirmationAsked): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [confirmKey]: inputRequired.elicit({
        message: ask,
        requestedSchema: {
          type: 'object',
          properties: { confirm: { type: 'boolean', title: 'Yes, do it', default: false } },
          required: ['confirm'],
        },
      }),
    },
    // The executor made it and checks it: it is bound to the tenant, the tool, the arguments and the session.
    requestState: token,
  });
}

/** For clients that cannot ask: the model does, and calls again with the token. */
export function withToken(refusal: CallToolResult, tool: string, { token, ask }: ConfirmationAsked): CallToolResult {
  const next =
    `Ask the person: “${ask}” Only after a clear yes, call ${callToolName} with name ${tool}, the same arguments, and this ` +
    'confirmation.';
  const text = JSON.stringify({ confirmation: token, ask, next });
  return { ...refusal, content: [...refusal.content, { type: 'text', text }] };
}
