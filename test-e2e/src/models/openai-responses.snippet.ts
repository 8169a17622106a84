import { type Agent, answerOpenAiSearch, openAiSearchTool } from '@patchbay/sdk';
import type OpenAI from 'openai';

export async function answer(agent: Agent, client: OpenAI, request: string) {
  const settings = { model: 'gpt-5.4', tools: [openAiSearchTool] };
  let response = await client.responses.create({ ...settings, input: request });
  for (;;) {
    const searches = response.output.filter(({ type }) => type === 'tool_search_call');
    const found = await Promise.all(searches.map((call) => answerOpenAiSearch(agent, call, { max_tokens: 4_000 })));
    const results = await agent.runFunctionCalls(response.output);
    if (found.length + results.length === 0) return response.output_text;
    response = await client.responses.create({
      ...settings,
      previous_response_id: response.id,
      input: [...found, ...results],
    });
  }
}
