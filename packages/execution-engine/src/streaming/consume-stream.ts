import type { EgressFailure, EgressStreamResponse } from '@patchbay/egress';
import type { AttemptPorts, Execution } from '../attempts/execution.ts';
import type { RulePlan } from '../response/error-rule.ts';
import type { LimitedOutput } from '../response/limit-output.ts';
import { limitOutput } from '../response/limit-output.ts';
import { joinUntrusted, screenOutput } from '../response/untrusted/screen-output.ts';
import { isBinary, itemReaderOf } from './item-reader.ts';
import { type StreamItem, StreamProblem } from './stream-item.ts';
import type { StreamPlan } from './stream-plan.ts';
import { StreamResult } from './stream-result.ts';
import { StreamScrubber } from './stream-scrubber.ts';

/** How the reading of a stream ended. */
export type StreamEnd =
  | { readonly kind: 'complete'; readonly result: LimitedOutput }
  | { readonly kind: 'broken'; readonly failure: EgressFailure }
  | { readonly kind: 'problem'; readonly problem: StreamProblem }
  /** An item is the failure that an error rule describes. */
  | { readonly kind: 'error'; readonly rule: RulePlan; readonly value: unknown };

/**
 * One answer on its way from the socket to whoever takes its items: read, parsed, picked, scrubbed, limited, delivered.
 * Nothing is read while an item waits to be taken, so a slow taker slows the upstream, and what is held at any time is the
 * socket's buffer and the items of one read.
 */
export class StreamConsumption {
  private readonly ports: AttemptPorts;
  private readonly execution: Execution;
  private readonly plan: StreamPlan;
  private readonly rules: readonly RulePlan[];
  private readonly response: EgressStreamResponse;
  private readonly binary: boolean;
  private readonly scrubber: StreamScrubber;
  private readonly result: StreamResult;
  private items = 0;
  private bytes = 0;
  private over = false;

  constructor(
    ports: AttemptPorts,
    execution: Execution,
    plan: StreamPlan,
    rules: readonly RulePlan[],
    response: EgressStreamResponse,
  ) {
    this.ports = ports;
    this.execution = execution;
    this.plan = plan;
    this.rules = rules;
    this.response = response;
    const { maxItems, maxBytes } = execution.input.prepared;
    this.binary = isBinary(plan, response.contentType);
    this.scrubber = new StreamScrubber(execution.scrubber(), this.binary);
    this.result = new StreamResult(plan, maxItems, maxBytes);
  }

  /** Reads to the end. `mayStop`: it may be broken off where a limit of the document is reached; else the rest is read unseen. */
  async run(mayStop: boolean): Promise<StreamEnd> {
    const { body } = this.response;
    const reader = itemReaderOf(this.plan, this.response.contentType);
    try {
      for (;;) {
        const askedAt = this.ports.now();
        const part = await body.read();
        this.execution.upstreamMs += this.ports.now() - askedAt;
        if (part.kind === 'failed' && part.failure.kind !== 'too_large')
          return { kind: 'broken', failure: part.failure };
        if (part.kind === 'failed') this.execution.streamed.cutBy = 'max_bytes';
        if (part.kind === 'bytes') this.bytes += part.bytes.byteLength;
        const found = part.kind === 'bytes' ? reader.push(part.bytes) : part.kind === 'end' ? reader.end() : [];
        const error = await this.take(found, mayStop);
        if (error !== null) return error;
        const isFull = this.execution.streamed.cutBy === 'max_items';
        if (part.kind === 'bytes' && !reader.ended && !(isFull && mayStop)) continue;
        await this.deliver(this.scrubber.flush());
        return { kind: 'complete', result: this.finalResult() };
      }
    } catch (problem) {
      if (problem instanceof StreamProblem) return { kind: 'problem', problem };
      throw problem;
    } finally {
      body.cancel();
    }
  }

  /** Nothing is delivered from here on: whoever waits has been answered. */
  close(): void {
    this.over = true;
    this.response.body.cancel();
  }

  private async take(found: readonly StreamItem[], mayStop: boolean): Promise<StreamEnd | null> {
    const { streamed } = this.execution;
    for (const { value, length } of found) {
      if (mayStop && this.execution.input.signal?.aborted === true) return null;
      const rule = this.rules.find((each) => each.matches(value, this.response.status));
      if (rule !== undefined) {
        await this.deliver(this.scrubber.flush());
        return { kind: 'error', rule, value };
      }
      if (this.items >= this.plan.maxItems) {
        streamed.cutBy = 'max_items';
        return null;
      }
      this.items++;
      await this.deliver(this.scrubber.push(this.shaped(value)), length);
    }
    return null;
  }

  private shaped(value: unknown): unknown {
    const { prepared } = this.execution.input;
    const { projection } = prepared;
    if (projection === null) return value;
    if (!prepared.projectsSteps) return projection(value);
    return projection({ ...(typeof value === 'object' ? value : {}), steps: this.execution.steps });
  }

  /** `length`: characters that the one item was read from, where there is one. */
  private async deliver(items: readonly unknown[], length?: number): Promise<void> {
    const { input, streamed } = this.execution;
    for (const item of items) {
      if (this.over) return;
      const limited = this.limited(item, items.length === 1 ? length : undefined);
      const { value, untrusted } = this.binary ? { value: limited, untrusted: null } : screenOutput(limited);
      this.execution.untrusted = joinUntrusted(this.execution.untrusted, untrusted);
      this.result.add(value);
      if (input.stream === undefined) continue;
      streamed.delivered++;
      await input.stream.deliver(value, untrusted);
    }
  }

  private limited(item: unknown, length: number | undefined): unknown {
    const { prepared } = this.execution.input;
    if (this.binary) return { base64: Buffer.from(item as string, 'latin1').toString('base64') };
    // Pieces are as short as they get, and must not lose a character.
    if (this.plan.kind === 'chunked') return item;
    const fits = length !== undefined && length * 3 * prepared.projectionGrowth <= prepared.maxBytes;
    return limitOutput(item, undefined, prepared.maxBytes, fits || typeof item === 'number').output;
  }

  private finalResult(): LimitedOutput {
    const binary = this.binary ? { contentType: this.response.contentType, bytes: this.bytes } : null;
    return this.result.output(this.execution.streamed.cutBy !== null, binary);
  }
}
