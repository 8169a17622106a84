import type { VoiceSession } from './voice-session.ts';

/** What Pipecat gives a function's handler (`FunctionCallParams`), as far as it is needed. */
export interface PipecatCall {
  readonly function_name: string;
  readonly tool_call_id: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** `is_final: false` tells the model something meanwhile; the final result comes later, as a turn of its own. */
  readonly result_callback: (result: unknown, options?: { properties?: { is_final: boolean } }) => unknown;
}

/** How a pipeline says a line (`TTSSpeakFrame`). */
export type Speak = (line: string) => unknown;

/**
 * A handler for every function of a pipeline in Pipecat's manner, registered with `cancel_on_interruption=False`: it resolves
 * when the final result is told. On an `InterruptionFrame` call `voice.interrupt()`.
 */
export function pipecatHandler(voice: VoiceSession, speak: Speak): (params: PipecatCall) => Promise<void> {
  return async ({ function_name: name, tool_call_id: id, arguments: args, result_callback: told }) => {
    const call = { id, name, arguments: { ...args } };
    // The final result is told below, by the pipeline's own way.
    const { output, text, later } = await voice.run(call, { say: speak, onLate: () => {} });
    if (later === undefined) return void (await told(output ?? text));
    await told(output, { properties: { is_final: false } });
    const came = await later;
    await told(came.output ?? came.text);
  };
}
