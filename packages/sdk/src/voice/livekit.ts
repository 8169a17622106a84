import { lateTurn, type VoiceSession } from './voice-session.ts';

/** What is needed of namespace `llm` of package `@livekit/agents`. */
export interface LiveKitLlm<Tool> {
  /** Called with what `llm.tool()` takes; its own overloads are too many to be written here. */
  readonly tool: (definition: never) => Tool;
  /** Its message is all that LiveKit tells a model of a failed tool. */
  readonly ToolError: new (
    message: string,
  ) => Error;
}

/** What LiveKit tells a tool about a call (`ToolOptions`). */
interface LiveKitCall {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal;
  readonly ctx: {
    readonly session: {
      say(text: string, options: { addToChatCtx: boolean }): unknown;
      generateReply(options: { instructions: string }): unknown;
    };
  };
}

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly parameters: unknown;
}

/**
 * Definitions in the format `openai-realtime` as tools of a LiveKit agent, by name. A filler is said by the agent's session, a
 * late answer becomes a reply of its own, and a call whose speech is interrupted is cancelled.
 */
export function liveKitTools<Tool>(
  voice: VoiceSession,
  { tool, ToolError }: LiveKitLlm<Tool>,
  definitions: readonly Record<string, unknown>[],
): Record<string, Tool> {
  return Object.fromEntries(
    (definitions as unknown as Definition[]).map(({ name, description, parameters }) => [
      name,
      tool({
        description,
        parameters,
        async execute(args: Record<string, unknown>, { toolCallId, abortSignal, ctx: { session } }: LiveKitCall) {
          const answer = await voice.run(
            { id: toolCallId, name, arguments: args },
            {
              signal: abortSignal,
              // The model did not say it, so it is none of its words.
              say: (line) => session.say(line, { addToChatCtx: false }),
              onLate: (late) => session.generateReply({ instructions: lateTurn(late) }),
            },
          );
          if (answer.isError) throw new ToolError(answer.text);
          return answer.output === undefined ? answer.text : answer.output;
        },
      } as never),
    ]),
  );
}
