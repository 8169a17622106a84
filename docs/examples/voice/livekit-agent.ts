import { type Agent, type LiveKitLlm, liveKitTools, VoiceSession } from '@patchbay/sdk';

/**
 * Tools of Patchbay for one LiveKit room:
 *
 *     import { llm, voice } from '@livekit/agents';
 *     const desk = await deskTools(await connect(), llm, room.name, ['slack_lookup_user', 'slack_post_message']);
 *     const agent = new voice.Agent({ instructions: '…', tools: desk.tools });
 *     session.on('close', desk.end);
 */
export async function deskTools<Tool>(
  agent: Agent,
  llm: LiveKitLlm<Tool>,
  room: string,
  names: readonly string[],
  answerWithinMs = 8_000,
) {
  const conversation = new VoiceSession(agent, { session: room, answerWithinMs });
  const { tools } = await agent.tools.describe(names, 'openai-realtime');
  await agent.warm({ tools: names, context: { session: room } });
  return { tools: liveKitTools(conversation, llm, tools), end: () => conversation.end() };
}
