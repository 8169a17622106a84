import type { Dispatcher } from 'undici';
import { reasonAfterSending } from './classify-error.ts';
import { decodeBody, type Encoding, encodingsOf } from './decode-body.ts';
import type { Route } from './route.ts';
import { type OnUnsent, Transfer } from './transfer.ts';
import type { EgressFailure, EgressOutcome, EgressRequest } from './types.ts';

/** Encoded bytes allowed beyond the decoded limit: what framing adds to data that does not compress. */
export const encodedSlack = 64 * 1024;

/** A transfer whose answer is collected whole. */
export class Exchange extends Transfer {
  readonly outcome: Promise<EgressOutcome>;

  private resolve!: (outcome: EgressOutcome) => void;
  private status = 0;
  private headers: Record<string, string | string[]> = {};
  private encodings: readonly Encoding[] = [];
  private maxRawBytes: number;
  private rawBytes = 0;
  private firstChunk: Uint8Array | null = null;
  private furtherChunks: Uint8Array[] | null = null;

  constructor(
    request: EgressRequest,
    route: Route,
    options: Dispatcher.DispatchOptions,
    startedAt: number,
    onUnsent: OnUnsent,
  ) {
    super(request, route, options, startedAt, onUnsent);
    this.maxRawBytes = request.maxResponseBytes;
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  protected onFailed(failure: EgressFailure): void {
    this.resolve({ ok: false, failure });
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim answers (103 Early Hints) announce the real one.
    if (this.settled || status < 200) return;
    this.status = status;
    this.headers = headers as Record<string, string | string[]>;
    const { maxResponseBytes } = this.request;
    if (headers['content-encoding'] !== undefined) {
      const encodings = encodingsOf(headers['content-encoding']);
      if (typeof encodings === 'string') return this.fail(encodings);
      this.encodings = encodings;
      if (encodings.length > 0) this.maxRawBytes = maxResponseBytes + encodedSlack;
    }
    if (this.options.method !== 'HEAD' && Number(headers['content-length']) > this.maxRawBytes) {
      this.fail('response_too_large');
    }
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.settled) return;
    this.rawBytes += chunk.byteLength;
    if (this.rawBytes > this.maxRawBytes) return this.fail('response_too_large');
    if (this.firstChunk === null) this.firstChunk = chunk;
    else if (this.furtherChunks === null) this.furtherChunks = [chunk];
    else this.furtherChunks.push(chunk);
  }

  onResponseEnd(): void {
    this.releaseLane();
    if (this.settled) return;
    const raw = this.collected();
    if (this.encodings.length === 0) return this.answer(raw);
    decodeBody(raw, this.encodings, this.request.maxResponseBytes).then((body) => {
      if (typeof body === 'string') this.fail(body);
      else this.answer(body);
    });
  }

  protected onBroken(error: Error): void {
    if (this.sent) return this.fail(reasonAfterSending(error, this.status !== 0));
    this.onUnsent(this, error);
  }

  private collected(): Uint8Array {
    if (this.firstChunk === null) return new Uint8Array(0);
    return this.furtherChunks === null ? this.firstChunk : Buffer.concat([this.firstChunk, ...this.furtherChunks]);
  }

  private answer(body: Uint8Array): void {
    if (this.settled) return;
    this.settle();
    this.resolve({
      ok: true,
      response: { status: this.status, headers: this.headers, body, contentType: contentTypeOf(this.headers) },
      timing: this.timing(),
    });
  }
}

export function contentTypeOf(headers: Readonly<Record<string, string | string[]>>): string | null {
  const type = headers['content-type'];
  return (typeof type === 'string' ? type : type?.[0]) ?? null;
}
