import type Anthropic from '@anthropic-ai/sdk';
import { DynamicStructuredTool } from '@langchain/core/tools';
import { ToolSchema } from '@modelcontextprotocol/sdk/types.js';
import { toolNameOf } from '@patchbay/contracts';
import { asSchema, dynamicTool, jsonSchema } from 'ai';
import type OpenAI from 'openai';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { validatorOf } from '../checks/json-schema.ts';
import { loadCatalog } from '../load-catalog.ts';
import { type ExportedTools, exportTool } from './export-tool.ts';

const documents = await loadCatalog();

describe('definitions have the types of the vendors’ own libraries', () => {
  it('in each format', () => {
    expectTypeOf<ExportedTools['anthropic']>().toExtend<Anthropic.Tool>();
    expectTypeOf<ExportedTools['anthropic']>().toExtend<Anthropic.Beta.BetaTool>();
    expectTypeOf<ExportedTools['openai']>().toExtend<OpenAI.Responses.FunctionTool>();
    expectTypeOf<ExportedTools['openai-responses']>().toExtend<OpenAI.Responses.NamespaceTool.Function>();
    expectTypeOf<ExportedTools['openai-chat']>().toExtend<OpenAI.Chat.Completions.ChatCompletionTool>();
    expectTypeOf<ExportedTools['openai-realtime']>().toExtend<OpenAI.Realtime.RealtimeFunctionTool>();
    expectTypeOf<ExportedTools['mcp']>().toExtend<typeof ToolSchema._zod.input>();
  });
});

/** What the vendors' documents say of a tool's name; Patchbay's own leave room for a prefix. */
const modelApiName = /^[a-zA-Z0-9_-]{1,64}$/;
/** Keywords that the strict modes of both APIs know. */
const strictKeywords = new Set(
  'type title description enum const properties required additionalProperties items anyOf format minItems'.split(' '),
);

describe.each(documents.map((document) => [document.id, document] as const))('every tool of %s', (_id, document) => {
  const keys = Object.keys(document.tools);

  it('is a tool of Anthropic’s Messages API', () => {
    for (const key of keys) {
      const exported: Anthropic.Tool = exportTool(document, key, 'anthropic');
      expect(exported.name).toMatch(modelApiName);
      expect(unknownToStrict(exported.input_schema), key).toEqual([]);
    }
  });

  it('is a function of OpenAI’s three APIs', () => {
    for (const key of keys) {
      const responses: OpenAI.Responses.FunctionTool = exportTool(document, key, 'openai-responses');
      const chat: OpenAI.Chat.Completions.ChatCompletionFunctionTool = exportTool(document, key, 'openai-chat');
      const realtime: OpenAI.Realtime.RealtimeFunctionTool = exportTool(document, key, 'openai-realtime');
      for (const named of [responses, chat.function, realtime]) expect(named.name).toMatch(modelApiName);
      expect(unknownToStrict(responses.parameters), key).toEqual([]);
      expect(everythingRequired(responses.parameters), key).toBe(true);
      expect(chat.function).toMatchObject({ strict: true, parameters: responses.parameters });
    }
  });

  it('is a tool by the schema of MCP’s library, which keeps all of it', () => {
    for (const key of keys) {
      const exported = exportTool(document, key, 'mcp');
      expect(ToolSchema.parse(exported)).toEqual(exported);
      expect(exported.name).toMatch(/^[A-Za-z0-9_.-]{1,128}$/);
    }
  });

  it('is a tool of the AI SDK, and its examples are what strict sampling writes', async () => {
    for (const key of keys) {
      const { name, inputSchema, outputSchema: _, metadata: __, ...rest } = exportTool(document, key, 'ai-sdk');
      expect(name).toBe(toolNameOf(document, key));
      const made = dynamicTool({ ...rest, inputSchema: jsonSchema(inputSchema), execute: async () => null });
      expect(await asSchema(made.inputSchema).jsonSchema).toEqual(inputSchema);
      const validate = validatorOf(inputSchema);
      for (const { input } of rest.inputExamples ?? [])
        expect(validate(input), `${name} ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  it('is a structured tool of LangChain, which takes its examples', async () => {
    for (const key of keys) {
      const exported = exportTool(document, key, 'langchain');
      const made = new DynamicStructuredTool({ ...exported, func: async (input: unknown) => JSON.stringify(input) });
      for (const { arguments: example } of document.tools[key]?.examples ?? [])
        expect(JSON.parse(await made.invoke(example))).toEqual(example);
    }
  });
});

type Schema = { readonly [keyword: string]: unknown } | null;

/** Keywords at any depth that strict sampling would be refused for. */
function unknownToStrict(schema: Schema): string[] {
  const own = Object.keys(schema ?? {}).filter((keyword) => !strictKeywords.has(keyword));
  return [...own, ...childrenOf(schema).flatMap(unknownToStrict)];
}

function everythingRequired(schema: Schema): boolean {
  const names = Object.keys((schema?.['properties'] ?? {}) as object);
  const complete =
    schema?.['type'] !== 'object' || names.every((one) => (schema['required'] as string[]).includes(one));
  return complete && childrenOf(schema).every(everythingRequired);
}

function childrenOf(schema: Schema): Schema[] {
  const { properties = {}, items, anyOf = [] } = schema ?? {};
  return [...Object.values(properties as object), ...(items === undefined ? [] : [items]), ...(anyOf as Schema[])];
}
