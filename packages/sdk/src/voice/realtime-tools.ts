import { callsOfOpenAiOutput, type OpenAiOutputItem } from '../models/openai.ts';
import { realtimeOutput } from '../models/realtime.ts';
import { lateTurn, type VoiceSession } from './voice-session.ts';

/** A server event of an OpenAI Realtime session, as far as it is read. */
export interface RealtimeServerEvent {
  readonly type: string;
  readonly response?: { readonly output?: readonly (OpenAiOutputItem & { readonly status?: string | null })[] };
}

/** A client event to send. */
export interface RealtimeClientEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * The tool calls of an OpenAI Realtime session. Give `receive` every server event; what it has to say goes out by `send`. It
 * asks for a response only while none is under way, which the API would refuse; speech of the person cancels what they waited for.
 */
export class RealtimeTools {
  readonly #voice: VoiceSession;
  readonly #send: (event: RealtimeClientEvent) => void;
  #responding = false;
  #wanted = false;

  constructor(voice: VoiceSession, send: (event: RealtimeClientEvent) => void) {
    this.#voice = voice;
    this.#send = send;
  }

  /** Resolves when the event's calls, if it holds any, are answered. */
  async receive({ type, response }: RealtimeServerEvent): Promise<void> {
    if (type === 'input_audio_buffer.speech_started') this.#voice.interrupt();
    if (type === 'response.created') this.#responding = true;
    if (type !== 'response.done') return;
    this.#responding = false;
    this.#respond();
    // A response that was interrupted can end within the arguments of a call.
    const whole = (response?.output ?? []).filter(({ status }) => status !== 'incomplete');
    const calls = callsOfOpenAiOutput(whole);
    if (calls.length === 0) return;
    const answers = await Promise.all(
      calls.map((call) =>
        this.#voice.run(call, {
          say: (line) => this.#say(line),
          onLate: (late) => this.#tell(lateTurn(late)),
        }),
      ),
    );
    for (const answer of answers) this.#send({ ...realtimeOutput(answer) });
    // After an interruption it is the person's words that ask for the next response.
    if (answers.some(({ output }) => (output as { status?: unknown } | null)?.status !== 'interrupted')) this.#want();
  }

  /** Beside the conversation, so that the model does not take it for its answer. */
  #say(line: string): void {
    if (this.#responding) return;
    const instructions = `Say exactly this, and nothing else: "${line}"`;
    this.#send({ type: 'response.create', response: { conversation: 'none', input: [], instructions } });
    this.#responding = true;
  }

  #tell(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.#send({ type: 'conversation.item.create', item: { type: 'message', role: 'system', content } });
    this.#want();
  }

  #want(): void {
    this.#wanted = true;
    this.#respond();
  }

  #respond(): void {
    if (!this.#wanted || this.#responding) return;
    this.#wanted = false;
    this.#responding = true;
    this.#send({ type: 'response.create' });
  }
}
