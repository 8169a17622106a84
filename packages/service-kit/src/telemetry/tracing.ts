import { childTraceparent, traceIdOf } from '../trace-context.ts';

export type SpanKind = 'server' | 'client' | 'internal';
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One span. Callers give it names, numbers and codes out of closed lists, never an argument or a credential. */
export interface Span {
  /** W3C traceparent of this span, for whatever it causes elsewhere. */
  readonly traceparent: string;
  readonly traceId: string | null;
  /** False: nobody will see it, so that nothing need be found out for it. */
  readonly recording: boolean;
  child(name: string, kind: SpanKind, attributes?: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** `errorType`: a code when it went wrong. */
  end(errorType?: string | null): void;
}

export interface Tracing {
  /** `parent` is a traceparent, or null for a new trace. */
  begin(name: string, kind: SpanKind, parent: string | null, attributes?: SpanAttributes): Span;
}

/** Carries trace context on and records nothing: what an installation without a collector has. */
export const noTracing: Tracing = {
  begin: (_name, _kind, parent) => new UnrecordedSpan(childTraceparent(parent)),
};

class UnrecordedSpan implements Span {
  readonly traceparent: string;
  readonly recording = false;

  constructor(traceparent: string) {
    this.traceparent = traceparent;
  }

  get traceId(): string | null {
    return traceIdOf(this.traceparent);
  }

  child(): Span {
    return this;
  }
  set(): void {}
  rename(): void {}
  end(): void {}
}
