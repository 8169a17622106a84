import { CodeBlock } from '../components/code-block.tsx';

/** What went over the wire. */
export interface Exchanged {
  readonly sent: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** The request that Patchbay makes of the service, without its credential; null where it could not be told. */
  readonly upstream: unknown;
  readonly status: number;
  readonly headers: Headers;
  readonly result: unknown;
  readonly dryRun: boolean;
}

interface Preview {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly further_steps?: readonly string[];
}

const lines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
const bodyText = (body: unknown) =>
  body === null || body === undefined ? '' : `\n\n${typeof body === 'string' ? body : JSON.stringify(body, null, 2)}`;

/** The three messages of a call: to Patchbay, to the service, and back. */
export function Exchange({ of: { sent, upstream, status, headers, result, dryRun } }: { readonly of: Exchanged }) {
  const preview = isPreview(upstream) ? upstream : null;
  const shown = ['x-request-id', 'ratelimit', 'traceparent', 'content-type'].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return (
    <div className="stack">
      <CodeBlock
        title="Request to Patchbay"
        value={`${sent.method} ${sent.path}\n${lines(sent.headers)}${bodyText(sent.body)}`}
      />
      {preview !== null && (
        <CodeBlock
          title={dryRun ? 'Request that the service would get' : 'Request that the service got'}
          value={`${preview.method} ${preview.url}\n${lines(preview.headers)}${bodyText(preview.body)}`}
        />
      )}
      {preview?.further_steps !== undefined && preview.further_steps.length > 0 && (
        <p className="muted">Then, with what that answers: {preview.further_steps.join(', ')}.</p>
      )}
      <CodeBlock
        title="Answer of Patchbay"
        value={`HTTP ${status}\n${lines(Object.fromEntries(shown))}${bodyText(result)}`}
      />
    </div>
  );
}

const isPreview = (value: unknown): value is Preview =>
  typeof value === 'object' && value !== null && 'method' in value && 'url' in value && 'headers' in value;
