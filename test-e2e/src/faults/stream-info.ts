import { inboxPrefixOf } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectPlain } from '../plain-nats-client.ts';
import type { System } from '../system.ts';

interface StreamInfo {
  readonly cluster?: { readonly leader?: string };
  readonly state?: { readonly messages: number; readonly first_seq: number; readonly last_seq: number };
}

interface ConsumerInfo {
  readonly delivered?: { readonly stream_seq: number };
  readonly ack_floor?: { readonly stream_seq: number };
  readonly num_pending?: number;
  readonly num_ack_pending?: number;
}

/** How a stream and a durable of it stand, by places in the stream. */
export interface Places {
  readonly messages: number;
  readonly first: number;
  readonly last: number;
  readonly delivered: number | null;
  readonly ack_floor: number | null;
  readonly waiting: number | null;
  readonly handed_out: number | null;
}

/**
 * Which of the servers leads the stream, by its number from 0, as the one at `url` sees it.
 * @throws Error when none does, or nobody answers within a second.
 */
export async function leaderOf(system: System, stream: string, url: string): Promise<number> {
  const { cluster } = await infoOf(system, stream, url);
  const number = /^n(\d+)/.exec(cluster?.leader ?? '')?.[1];
  if (number === undefined) throw new Error(`${stream} has no leader`);
  return Number(number) - 1;
}

/** @throws Error when nobody answers within a second. */
export async function placesOf(system: System, stream: string, durable: string): Promise<Places> {
  const { url } = system.patchbay.nats;
  const consumer = (await answered(system, `$JS.API.CONSUMER.INFO.${stream}.${durable}`, url)) as ConsumerInfo;
  const { state } = await infoOf(system, stream, url);
  if (state === undefined) throw new Error(`${stream} does not tell its state`);
  return {
    messages: state.messages,
    first: state.first_seq,
    last: state.last_seq,
    delivered: consumer.delivered?.stream_seq ?? null,
    ack_floor: consumer.ack_floor?.stream_seq ?? null,
    waiting: consumer.num_pending ?? null,
    handed_out: consumer.num_ack_pending ?? null,
  };
}

async function infoOf(system: System, stream: string, url: string): Promise<StreamInfo> {
  return (await answered(system, `$JS.API.STREAM.INFO.${stream}`, url)) as StreamInfo;
}

function answered(system: System, subject: string, url: string): Promise<unknown> {
  // Nobody answers while the cluster has no leader, nor does a server that is stopped greet.
  const silence = new Promise<never>((_, reject) => setTimeout(reject, 1_000, new Error('no answer')));
  return Promise.race([asked(system, subject, url), silence]);
}

async function asked({ patchbay }: System, subject: string, url: string): Promise<unknown> {
  const client = await connectPlain(url, seedFileOf(patchbay.keys, 'provisioner'), inboxPrefixOf('provisioner'));
  const ending = setTimeout(() => client.close(), 2_000);
  try {
    return await client.request(subject, {});
  } finally {
    clearTimeout(ending);
    client.close();
  }
}
