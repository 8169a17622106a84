import { type ErrorBody, PatchbayError } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import { HttpTransport } from './http-transport.ts';
import { Session, Stopped } from './session.ts';
import { StdioTransport } from './stdio-transport.ts';
import { digestOfServerTool } from './tool-digest.ts';
import type { McpOutcome } from './types.ts';

const maxListBytes = 16 * 1_048_576;
const maxProgramBytes = 1_073_741_824;

/** A server to look at: an endpoint through egress, or a program. */
export type ServerToRead =
  | { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly egress: Pick<Egress, 'open'> }
  | { readonly path: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** A tool as its server lists it, with the digest that a document pins. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly annotations?: Readonly<Record<string, unknown>> | undefined;
  readonly digest: string;
}

export interface ReadServer {
  readonly name: string;
  readonly title?: string | undefined;
  readonly version?: string | undefined;
  readonly instructions?: string | undefined;
  readonly protocol: string;
  readonly tools: readonly ListedTool[];
}

/**
 * Asks a server what it is and which tools it has, within `limitMs`. Calls none.
 * @throws PatchbayError `upstream_unreachable`, `credential_expired`, `upstream_error`, `response_invalid`, `deadline_exceeded`,
 * `egress_denied`
 */
export async function readServer(server: ServerToRead, limitMs: number): Promise<ReadServer> {
  const session = new Session(
    'url' in server
      ? new HttpTransport(server.egress, {
          tenant: 'import',
          url: server.url,
          headers: { 'user-agent': 'patchbay', ...server.headers },
          hosts: [new URL(server.url).host],
        })
      : new StdioTransport({
          ...server,
          maxMessageBytes: maxListBytes,
          maxMemoryBytes: maxProgramBytes,
          onStderr: () => undefined,
          onEnded: () => undefined,
        }),
  );
  const deadlineAt = performance.now() + limitMs;
  try {
    await session.open(limitMs, maxListBytes);
    const tools = await session.tools(deadlineAt, maxListBytes);
    return {
      ...session.about(),
      tools: tools.map((tool) => ({
        ...tool,
        title: tool.title ?? tool.annotations?.title,
        digest: digestOfServerTool(tool),
      })),
    };
  } catch (error) {
    throw error instanceof Stopped ? new PatchbayError(...failureOf(error.outcome)) : error;
  } finally {
    await session.end();
  }
}

function failureOf(outcome: McpOutcome): ConstructorParameters<typeof PatchbayError> {
  if (outcome.ok) {
    const { status } = outcome.response;
    const message = `The server answered ${status}.`;
    return [
      status === 401 ? 'credential_expired' : 'upstream_error',
      { message, details: { upstream_status: status } },
    ];
  }
  if ('refused' in outcome) return bodyOf(outcome.refused);
  const { kind, reason, message } = outcome.failure;
  const details = { reason };
  if (kind === 'denied') return ['egress_denied', { message, details }];
  if (kind === 'deadline') return ['deadline_exceeded', { message: 'The server did not answer in time.', details }];
  return [kind === 'unreachable' ? 'upstream_unreachable' : 'response_invalid', { message, details }];
}

function bodyOf(body: ErrorBody): ConstructorParameters<typeof PatchbayError> {
  return [body.code, { message: body.message, details: body.details }];
}
