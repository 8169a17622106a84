import type { SearchToolsResult } from '@patchbay/contracts';
import type { Agent, SearchOptions } from '../agent.ts';

/** The name that models search for tools by. No catalogue tool has it. */
export const searchToolName = 'patchbay_search_tools';

const description =
  'Finds tools for something the caller wants, such as booking an appointment or sending an invoice, and makes them available. ' +
  'Use it when none of the tools at hand does it. Say what is to be done in a few words, in any language, with the name of the ' +
  'system if the caller gave one. Nothing is carried out.';
const parameters = {
  type: 'object' as const,
  properties: {
    query: { type: 'string', description: 'What is to be done, such as: move an appointment in Calendly.' },
  },
  required: ['query'],
  additionalProperties: false,
};

/** For `tools` of the Messages API, beside the deferred tools. */
export const anthropicSearchTool = { name: searchToolName, description, input_schema: parameters };

/** For `tools` of the Responses API: a search that the client carries out. */
export const openAiSearchTool = { type: 'tool_search' as const, execution: 'client' as const, description, parameters };

/** Content of a `tool_result`: the API loads the deferred tools that it names. */
export function anthropicToolReferences({ tools }: Pick<SearchToolsResult, 'tools'>): {
  type: 'tool_reference';
  tool_name: string;
}[] {
  return tools.map(({ name }) => ({ type: 'tool_reference', tool_name: name }));
}

/** A `tool_search_call` item of a response that its client has to answer. */
export interface OpenAiSearchCall {
  readonly type: string;
  readonly call_id?: string | null;
  readonly arguments?: unknown;
}

/**
 * The item that answers a `tool_search_call`, with the definitions of what was found: one request of the registry for the
 * one turn of the model. A query that is none finds nothing.
 */
export async function answerOpenAiSearch(
  { tools }: Pick<Agent, 'tools'>,
  { call_id, arguments: args }: OpenAiSearchCall,
  options: Omit<SearchOptions, 'format'> = {},
) {
  const query = queryOf(args);
  const found = query === null ? null : await tools.search(query, { ...options, format: 'openai-responses' });
  return {
    type: 'tool_search_output' as const,
    call_id: call_id ?? null,
    execution: 'client' as const,
    status: 'completed' as const,
    tools: (found?.definitions ?? []) as unknown as OpenAiFunctionTool[],
  };
}

/** A function of the Responses API. */
export interface OpenAiFunctionTool {
  type: 'function';
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  strict: boolean;
  defer_loading?: boolean;
}

/**
 * The search as a tool that Anthropic's own loop runs. Give the runner the tools that may be found too, with
 * `loading: deferred`.
 */
export function anthropicRunnableSearch({ tools }: Pick<Agent, 'tools'>, options: Omit<SearchOptions, 'format'> = {}) {
  return {
    ...anthropicSearchTool,
    parse: (input: unknown) => input,
    async run(input: unknown) {
      const query = queryOf(input);
      return query === null ? [] : anthropicToolReferences(await tools.search(query, options));
    },
  };
}

/** Models write arguments as an object, or as text of one. A search takes at most 400 characters. */
function queryOf(args: unknown): string | null {
  let value = args;
  if (typeof args === 'string') {
    try {
      value = JSON.parse(args);
    } catch {
      return null;
    }
  }
  const query = (value as { query?: unknown } | null)?.query;
  return typeof query === 'string' && query.trim() !== '' ? query.slice(0, 400) : null;
}
