/**
 * Requests as the documentation of each platform shows them, with the answer that it asks for. Objects that the documents leave
 * empty or cut short are left out.
 */

/** https://docs.vapi.ai/tools/custom-tools, "Request Format: Understanding the Tool Call Request". */
export const vapiToolCalls = {
  message: {
    timestamp: 1_678_901_234_567,
    type: 'tool-calls',
    toolCallList: [
      { id: 'toolu_01DTPAzUm5Gk3zxrpJ969oMF', name: 'get_weather', arguments: { location: 'San Francisco' } },
    ],
    toolWithToolCallList: [
      {
        type: 'function',
        name: 'get_weather',
        parameters: { type: 'object', properties: { location: { type: 'string' } } },
        description: 'Retrieves the current weather for a specified location',
        server: { url: 'https://api.openweathermap.org/data/2.5/weather' },
        messages: [],
        toolCall: {
          id: 'toolu_01DTPAzUm5Gk3zxrpJ969oMF',
          type: 'function',
          function: { name: 'get_weather', parameters: { location: 'San Francisco' } },
        },
      },
    ],
    artifact: { messages: [] },
    assistant: { name: 'Weather Assistant', description: 'An assistant that provides weather information' },
    call: { id: 'call-uuid', orgId: 'org-uuid', type: 'webCall', assistant: {} },
  },
};

/** https://docs.vapi.ai/server-url/events, "Function Calling (Tools)": the same with `parameters`. */
export const vapiParameters = {
  message: {
    type: 'tool-calls',
    call: {},
    toolCallList: [
      { id: 'abc123', name: 'sendEmail', parameters: { emailAddress: 'john@example.com', message: 'Hi!' } },
    ],
  },
};

/** `ServerMessageToolCalls` of Vapi's API reference: calls as OpenAI's, their arguments an object or text. */
export const vapiOpenAiShape = {
  message: {
    type: 'tool-calls',
    call: { id: 'call-2' },
    toolCallList: [
      { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"location":"Berlin"}' } },
      { id: 'call_2', type: 'function', function: { name: 'get_weather', arguments: { location: 'Paris' } } },
    ],
  },
};

/** The older message, from before `tool-calls`; https://docs.vapi.ai/cli/webhook-testing names it still. */
export const vapiFunctionCall = {
  message: {
    type: 'function-call',
    functionCall: { name: 'get_weather', parameters: { location: 'San Francisco' } },
    call: { id: 'call-uuid' },
  },
};

/** https://docs.vapi.ai/server-url/events: informational. */
export const vapiStatusUpdate = {
  message: { type: 'status-update', call: { id: 'call-uuid' }, status: 'ended' },
};

/**
 * https://docs.retellai.com/build/single-multi-prompt/custom-function, "Request & response spec": `name`, `args`, and `call`
 * with its transcript until now; the objects of the transcript as `ToolCallInvocationUtterance` of npm retell-sdk.
 */
export const retellFunction = {
  name: 'get_weather',
  args: { city: 'New York' },
  call: {
    call_id: 'Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6',
    call_type: 'web_call',
    agent_id: 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD',
    call_status: 'ongoing',
    transcript_with_tool_calls: [
      { role: 'user', content: 'What is the weather in New York?' },
      {
        role: 'tool_call_invocation',
        tool_call_id: 'tool_call_0d8a',
        name: 'get_weather',
        arguments: '{"city": "New York"}',
      },
    ],
  },
};

/** github.com/elevenlabs/skills, agents/references/client-tools.md, "Webhook Request Format". */
export const elevenLabsWebhook = {
  tool_call_id: 'call_abc123',
  tool_name: 'get_weather',
  parameters: { city: 'San Francisco', units: 'fahrenheit' },
  conversation_id: 'conv_xyz789',
};

/** https://elevenlabs.io/docs/agents-platform/customization/tools/server-tools: body parameters as they are set up, alone. */
export const elevenLabsBody = { city: 'San Francisco', units: 'fahrenheit' };

/** https://platform.openai.com/docs/guides/realtime-conversations, "Function calling": the example of a horoscope. */
export const realtimeDone = {
  type: 'response.done',
  event_id: 'event_AeqLA8iR6FK20L4XZs2P6',
  response: {
    object: 'realtime.response',
    id: 'resp_AeqL8XwMUOri9OhcQJIu9',
    conversation_id: 'conv_AeqL8XwMUOri',
    status: 'completed',
    status_details: null,
    output: [
      {
        object: 'realtime.item',
        id: 'item_AeqL8gmRWDn9bIsUM2T35',
        type: 'function_call',
        status: 'completed',
        name: 'generate_horoscope',
        call_id: 'call_sHlR7iaFwQ2YQOqm',
        arguments: '{"sign":"Aquarius"}',
      },
    ],
  },
};

/** `ResponseFunctionCallArgumentsDoneEvent` of npm openai. */
export const realtimeArguments = {
  type: 'response.function_call_arguments.done',
  event_id: 'event_1',
  response_id: 'resp_AeqL8XwMUOri9OhcQJIu9',
  item_id: 'item_AeqL8gmRWDn9bIsUM2T35',
  output_index: 0,
  name: 'generate_horoscope',
  call_id: 'call_sHlR7iaFwQ2YQOqm',
  arguments: '{"sign":"Aquarius"}',
};
