import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Agent } from '../agent.ts';
import { type LateAnswer, VoiceSession, type VoiceSessionOptions } from './voice-session.ts';

/** What Twilio sends (https://www.twilio.com/docs/voice/conversationrelay/websocket-messages), as far as it is read. */
interface RelayMessage {
  readonly type?: unknown;
  readonly callSid?: unknown;
  readonly voicePrompt?: unknown;
  readonly last?: unknown;
}

/** What is sent to Twilio: text to be spoken, piece by piece, or the end of the session. */
export type RelayCommand =
  | { readonly type: 'text'; readonly token: string; readonly last: boolean }
  | { readonly type: 'end'; readonly handoffData?: string };

export interface ConversationRelayOptions extends Omit<VoiceSessionOptions, 'session' | 'say' | 'onLate'> {
  readonly send: (command: RelayCommand) => void;
  /** The person said something: answer it, by `relay.say` and, for the model's tool calls, `relay.voice.run`. */
  readonly onPrompt: (text: string, relay: ConversationRelay) => unknown;
  /** An answer that came after its turn. */
  readonly onLate?: (late: LateAnswer, relay: ConversationRelay) => unknown;
}

/** Most characters of what a person says in one go; more is cut. */
const maxPrompt = 8_000;

/**
 * The server's end of a Twilio ConversationRelay socket: Twilio hears and speaks, the model is the application's, and its tool
 * calls are Patchbay's. The session is the call's SID. Fillers are spoken as a piece of the answer; the person speaking cancels
 * what they waited for; the end of the socket, all that runs.
 */
export class ConversationRelay {
  readonly #agent: Pick<Agent, 'execute' | 'cancel' | 'tools'>;
  readonly #options: ConversationRelayOptions;
  #voice: VoiceSession | null = null;
  #heard = '';

  constructor(agent: Pick<Agent, 'execute' | 'cancel' | 'tools'>, options: ConversationRelayOptions) {
    this.#agent = agent;
    this.#options = options;
  }

  /** The call's tools. @throws TypeError before Twilio's message `setup`. */
  get voice(): VoiceSession {
    if (this.#voice === null) throw new TypeError('Twilio has not said yet which call it is.');
    return this.#voice;
  }

  /** One message of the socket, as text. What cannot be read is passed over, as are messages of no concern. */
  async receive(text: string): Promise<void> {
    const message = read(text);
    switch (message.type) {
      case 'setup':
        if (typeof message.callSid === 'string' && this.#voice === null) this.#begin(message.callSid);
        return;
      case 'prompt': {
        if (this.#voice === null || typeof message.voicePrompt !== 'string') return;
        this.#heard = `${this.#heard}${message.voicePrompt}`.slice(0, maxPrompt);
        if (message.last === false) return;
        const prompt = this.#heard;
        this.#heard = '';
        await this.#options.onPrompt(prompt, this);
        return;
      }
      case 'interrupt':
        this.#voice?.interrupt();
        return;
      default:
    }
  }

  /** Speaks. `last: false` of all pieces of an answer but the last one. */
  say(token: string, { last = true }: { readonly last?: boolean } = {}): void {
    this.#options.send({ type: 'text', token, last });
  }

  /** The socket is closed. */
  async close(): Promise<void> {
    await this.#voice?.end();
  }

  #begin(session: string): void {
    const { send: _send, onPrompt: _onPrompt, onLate, ...options } = this.#options;
    this.#voice = new VoiceSession(this.#agent, {
      ...options,
      session,
      say: (line) => this.say(`${line} `, { last: false }),
      onLate: (late) => onLate?.(late, this),
    });
  }
}

function read(text: string): RelayMessage {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}

/**
 * Whether a socket's opening request is Twilio's: header `X-Twilio-Signature` is the base64 HMAC-SHA-1 of the URL, `wss://` and
 * query and all as the TwiML names it, under the account's auth token (https://www.twilio.com/docs/usage/security).
 */
export function isSignedByTwilio(url: string, signature: string | null | undefined, authToken: string): boolean {
  if (authToken === '' || typeof signature !== 'string') return false;
  const given = Buffer.from(signature, 'base64');
  const wanted = createHmac('sha1', authToken).update(url).digest();
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
