import { schemaOfTool } from '../input-schema.ts';
import { nullsForLeftOut, strictSchema } from './strict-schema.ts';
import { callersOf, isProgrammatic } from './to-anthropic.ts';
import { metadataOf } from './tool-hints.ts';
import { exampleArguments, type JsonObject, type ToolSource, told } from './tool-source.ts';

/** What `tool()` of the Vercel AI SDK takes, as data, with the tool's name beside it. Both schemas are for `jsonSchema()`. */
export type AiSdkTool = {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonObject;
  outputSchema?: JsonObject;
  inputExamples?: { input: JsonObject }[];
  strict?: true;
  deferLoading?: true;
  needsApproval?: true;
  providerOptions?: { anthropic: { deferLoading?: true; allowedCallers?: string[]; eagerInputStreaming?: boolean } };
  metadata: JsonObject;
};

/** The strict copy is the one that every provider takes: all properties required, optional ones nullable. */
export function toAiSdk(source: ToolSource): AiSdkTool {
  const { name, tool } = source;
  const schema = schemaOfTool(tool);
  const strict = tool.strict === false || isProgrammatic(tool) ? undefined : strictSchema(schema, 'nullable');
  const examples = exampleArguments(tool).map((example) => ({
    input: strict === undefined ? example : nullsForLeftOut(example, schema),
  }));
  const anthropic = {
    ...(tool.loading === 'deferred' && { deferLoading: true as const }),
    ...(isProgrammatic(tool) && { allowedCallers: callersOf(tool) }),
    ...(tool.eager_input !== undefined && { eagerInputStreaming: tool.eager_input }),
  };
  return {
    name,
    title: tool.title,
    description: told(tool, ['output']),
    inputSchema: strict ?? { ...schema },
    ...(tool.output === undefined ? {} : { outputSchema: tool.output }),
    ...(examples.length === 0 ? {} : { inputExamples: examples }),
    ...(strict === undefined ? {} : { strict: true }),
    ...(tool.loading === 'deferred' ? { deferLoading: true } : {}),
    ...(tool.confirm === 'always' ? { needsApproval: true } : {}),
    ...(Object.keys(anthropic).length === 0 ? {} : { providerOptions: { anthropic } }),
    metadata: metadataOf(source),
  };
}
