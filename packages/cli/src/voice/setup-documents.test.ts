import { describe, expect, test } from 'vitest';
import { setupDocument, type VoicePlatform, voicePlatforms } from './setup-documents.ts';

const tool = {
  name: 'desk_open_ticket',
  description: 'Opens a ticket.',
  parameters: {
    type: 'object',
    properties: {
      subject: { type: 'string', maxLength: 120, description: 'What it is about.' },
      state: { type: ['string', 'null'], enum: ['open', 'closed'] },
      level: { type: 'integer', enum: [1, 2] },
      tags: { type: 'array', items: { type: 'string', format: 'email' } },
      place: {
        type: 'object',
        properties: { room: { type: 'number' } },
        required: ['room'],
        additionalProperties: false,
      },
    },
    required: ['subject'],
    additionalProperties: false,
  },
  waiting: 'Opening the ticket.',
};
const quiet = { ...tool, waiting: null };
const documentOf = (platform: VoicePlatform, one: typeof tool | typeof quiet = tool) =>
  setupDocument(platform, 'https://tools.example.com', [one]);
const reserved = ['patchbay_call', 'patchbay_confirmation'];

describe('what is pasted into a platform', () => {
  test('is tools of Vapi, with their line', () => {
    const [vapi] = documentOf('vapi') as [{ function: { parameters: { properties: object; required: string[] } } }];
    expect(vapi).toMatchObject({
      type: 'function',
      function: { name: tool.name, description: tool.description },
      server: { url: 'https://tools.example.com/voice/vapi', timeoutSeconds: 20 },
      messages: [{ type: 'request-start', content: 'Opening the ticket.' }],
    });
    expect(Object.keys(vapi.function.parameters.properties).slice(-2)).toEqual(reserved);
    expect(vapi.function.parameters.required).toEqual(['subject']);
    expect((documentOf('vapi', quiet) as object[])[0]).not.toHaveProperty('messages');
  });

  test('is custom functions of Retell, which wait as long as the URL says', () => {
    expect(documentOf('retell')).toMatchObject([
      {
        type: 'custom',
        url: 'https://tools.example.com/voice/retell?timeout_ms=15000',
        timeout_ms: 15_000,
        headers: { Authorization: 'Bearer <API key>' },
        speak_during_execution: true,
        execution_message_description: 'Opening the ticket.',
      },
    ]);
    const [{ parameters, ...rest }] = documentOf('retell', quiet) as [Record<string, object>];
    expect(Object.keys(parameters as object)).toEqual(['type', 'properties', 'required']);
    expect(rest).toMatchObject({ speak_during_execution: false });
    const bare = { ...quiet, parameters: { type: 'object' } };
    expect(setupDocument('retell', 'u', [bare as typeof quiet])).not.toHaveProperty([0, 'parameters', 'required']);
  });

  test('is webhooks of ElevenLabs, in as much of a schema as it knows', () => {
    const [{ tool_config: config }] = documentOf('elevenlabs') as [
      { tool_config: { api_schema: Record<string, unknown> } },
    ];
    expect(config.api_schema).toMatchObject({
      url: 'https://tools.example.com/voice/elevenlabs/desk_open_ticket',
      request_headers: { 'Patchbay-Session': { variable_name: 'system__conversation_id' } },
    });
    expect(config.api_schema['request_body_schema']).toEqual({
      type: 'object',
      description: 'The arguments.',
      required: ['subject'],
      properties: {
        subject: { type: 'string', description: 'What it is about.' },
        state: { type: 'string', description: 'state', enum: ['open', 'closed'] },
        level: { type: 'integer', description: 'level' },
        tags: { type: 'array', description: 'tags', items: { type: 'string', description: 'tags' } },
        place: {
          type: 'object',
          description: 'place',
          required: ['room'],
          properties: { room: { type: 'number', description: 'room' } },
        },
        patchbay_call: { type: 'string', description: expect.any(String) },
        patchbay_confirmation: { type: 'string', description: expect.any(String) },
      },
    });
  });

  test('is the event of a Realtime session', () => {
    expect(documentOf('openai')).toMatchObject({
      type: 'session.update',
      session: { type: 'realtime', tools: [{ type: 'function', name: tool.name }] },
    });
  });

  test('holds no key', () => {
    for (const platform of voicePlatforms) expect(JSON.stringify(documentOf(platform))).not.toMatch(/pbk_|key_/);
  });
});
