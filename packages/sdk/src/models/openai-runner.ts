import { ToolCallError } from './model-answer.ts';
import { type OneCallOptions, runOneCall, type ToolRunner } from './one-call.ts';
import { callsOfOpenAiMessage, type OpenAiMessage } from './openai.ts';

/** What is used of the runner that `client.chat.completions.runTools` gives to functions (`ChatCompletionRunner`). */
interface ChatRunner {
  readonly messages: readonly object[];
  readonly controller?: AbortController;
}

/** A tool of `client.chat.completions.runTools` (`RunnableToolFunctionWithoutParse`). */
export interface OpenAiRunnableTool {
  type: 'function';
  function: {
    name: string;
    description: string;
    parameters: Record<string, unknown>;
    strict?: boolean;
    function(args: string, runner: ChatRunner): Promise<string>;
  };
}

/**
 * Definitions in format `openai-chat` as tools that the vendor's own loop runs. A call's id is its idempotency key: the
 * runner does not say it, so it is found in the assistant's last message. A failed call is answered with `{ error }`, which
 * is all that this API has for one.
 */
export function openAiRunnableTools(
  agent: ToolRunner,
  definitions: readonly Record<string, unknown>[],
  options?: OneCallOptions,
): OpenAiRunnableTool[] {
  const taken = new WeakMap<object, Set<string>>();
  return definitions.map((definition) => {
    const { function: described } = definition as unknown as OpenAiRunnableTool;
    return {
      type: 'function',
      function: {
        ...described,
        async function(text, runner) {
          const ids = taken.get(runner) ?? new Set();
          taken.set(runner, ids);
          const call = takeCall(runner, described.name, text, ids);
          try {
            return (await runOneCall(agent, call, options, runner.controller?.signal)).text;
          } catch (error) {
            if (error instanceof ToolCallError) return error.message;
            throw error;
          }
        },
      },
    };
  });
}

/** The first call like it that no function took yet: which of two equal calls is which makes no difference. */
function takeCall({ messages }: ChatRunner, name: string, text: string, taken: Set<string>) {
  const asked = messages.findLast((message) => 'tool_calls' in message) as OpenAiMessage | undefined;
  const [like] = (asked?.tool_calls ?? []).filter(
    (call) => call.function?.name === name && call.function.arguments === text && !taken.has(call.id),
  );
  if (like === undefined) throw new TypeError(`The runner has no call of ${name} with these arguments.`);
  taken.add(like.id);
  const [call] = callsOfOpenAiMessage({ tool_calls: [like] });
  if (call === undefined) throw new TypeError(`The call of ${name} is none of a function.`);
  return call;
}
