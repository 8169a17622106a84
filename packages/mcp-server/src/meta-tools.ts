import { ExecuteRequest } from '@patchbay/contracts';
import { searchToolName } from '@patchbay/sdk';
import { z } from 'zod';

export { searchToolName };

/** The name that any tool can be called by. No catalogue tool has it. */
export const callToolName = 'patchbay_call_tool';

export const SearchArguments = z.strictObject({
  query: z.string().trim().min(1).max(400),
  limit: z.int().min(1).max(20).default(5),
});

export const CallArguments = z.strictObject({
  name: z.string().min(1).max(128),
  arguments: z.record(z.string(), z.unknown()).default({}),
  confirmation: ExecuteRequest.shape.confirmation,
});

/** Finds tools where there are too many to list. */
export const searchTool = {
  name: searchToolName,
  title: 'Find tools',
  description:
    'Finds tools for something to be done in another system, such as booking an appointment or sending an invoice, and gives ' +
    `their definitions, best first. Call what you chose with ${callToolName}. Say what is to be done in a few words, in any ` +
    'language, with the name of the system if it is known. Nothing is carried out.',
  inputSchema: {
    type: 'object' as const,
    properties: {
      query: {
        type: 'string',
        maxLength: 400,
        description: 'What is to be done, such as: move an appointment in Calendly.',
      },
      limit: { type: 'integer', minimum: 1, maximum: 20, default: 5, description: 'How many tools at most.' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  annotations: {
    title: 'Find tools',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
};

/** Calls what was found, and repeats a call that was to be confirmed. What it does is up to the tool that it calls. */
export const callTool = {
  name: callToolName,
  title: 'Call a tool',
  description:
    `Carries out one tool by its name, as ${searchToolName} gave it, with arguments as its inputSchema says. A call that has to ` +
    'be confirmed first is refused with a sentence to ask and a token: ask the person, and only after a clear yes call again ' +
    'with the same name and arguments and the token as confirmation.',
  inputSchema: {
    type: 'object' as const,
    properties: {
      name: { type: 'string', description: 'The name of the tool.' },
      arguments: { type: 'object', description: 'Arguments of that tool, by its own inputSchema.', default: {} },
      confirmation: { type: 'string', description: 'The token of a refusal that asked for a confirmation.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
  annotations: {
    title: 'Call a tool',
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
};
