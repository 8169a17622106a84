import { withReservedArguments } from '@patchbay/sdk';

export const voicePlatforms = ['vapi', 'retell', 'elevenlabs', 'openai'] as const;
export type VoicePlatform = (typeof voicePlatforms)[number];

type Schema = Readonly<Record<string, unknown>>;

/** A tool as it is set up at a platform. */
export interface VoiceDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: Schema;
  /** What is said while it works. */
  readonly waiting: string | null;
}

/** Stands where a platform keeps a secret of its own: nothing printed here is one. */
const placeholders = { vapi: '<id of your credential>', retell: '<API key>', elevenlabs: '<id of your secret>' };

/** Milliseconds that a person waits in silence, more or less: Retell's own two minutes are far too long. */
const retellTimeoutMs = 15_000;

/**
 * What is pasted into a platform, or sent to its API, to give it these tools: Vapi's tools, Retell's `general_tools`, the bodies
 * of ElevenLabs' "create tool", or the `session.update` of a Realtime session. `url`: the gateway's.
 */
export function setupDocument(platform: VoicePlatform, url: string, tools: readonly VoiceDefinition[]): unknown {
  const of = { vapi: vapiTool, retell: retellTool, elevenlabs: elevenLabsTool };
  if (platform !== 'openai') return tools.map((tool) => of[platform](url, tool));
  const functions = tools.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters: withReservedArguments(parameters),
  }));
  return { type: 'session.update', session: { type: 'realtime', tools: functions, tool_choice: 'auto' } };
}

function vapiTool(url: string, { name, description, parameters, waiting }: VoiceDefinition) {
  return {
    type: 'function',
    function: { name, description, parameters: withReservedArguments(parameters) },
    server: { url: `${url}/voice/vapi`, timeoutSeconds: 20, credentialId: placeholders.vapi },
    ...(waiting !== null && { messages: [{ type: 'request-start', content: waiting }] }),
  };
}

/** `CustomTool` of npm retell-sdk. */
function retellTool(url: string, { name, description, parameters, waiting }: VoiceDefinition) {
  const { properties, required } = withReservedArguments(parameters) as { properties: object; required?: string[] };
  return {
    type: 'custom' as const,
    name,
    description,
    url: `${url}/voice/retell?timeout_ms=${retellTimeoutMs}`,
    method: 'POST' as const,
    headers: { Authorization: `Bearer ${placeholders.retell}` },
    parameters: { type: 'object' as const, properties, ...(required !== undefined && { required }) },
    timeout_ms: retellTimeoutMs,
    speak_after_execution: true,
    speak_during_execution: waiting !== null,
    ...(waiting !== null && {
      execution_message_type: 'static_text' as const,
      execution_message_description: waiting,
    }),
  };
}

function elevenLabsTool(url: string, { name, description, parameters }: VoiceDefinition) {
  return {
    tool_config: {
      type: 'webhook',
      name,
      description,
      response_timeout_secs: 20,
      api_schema: {
        url: `${url}/voice/elevenlabs/${name}`,
        method: 'POST',
        request_headers: {
          Authorization: { secret_id: placeholders.elevenlabs },
          'Patchbay-Session': { variable_name: 'system__conversation_id' },
        },
        request_body_schema: elevenLabsSchema(withReservedArguments(parameters), 'The arguments.'),
      },
    },
  };
}

/** As much of a schema as ElevenLabs knows. Every value that the model gives needs a description, and only texts have choices. */
function elevenLabsSchema(schema: Schema, fallback: string): Schema {
  const type = [schema['type']].flat().find((one) => one !== 'null') ?? 'string';
  const description = typeof schema['description'] === 'string' ? schema['description'] : fallback;
  if (type === 'object') {
    const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: string[] };
    const inner = Object.entries(properties).map(([name, of]) => [name, elevenLabsSchema(of, name)] as const);
    return { type, description, properties: Object.fromEntries(inner), required };
  }
  if (type === 'array') {
    const items = schema['items'];
    return { type, description, items: elevenLabsSchema((items ?? {}) as Schema, fallback) };
  }
  const choices = schema['enum'];
  return { type, description, ...(type === 'string' && Array.isArray(choices) && { enum: choices }) };
}
