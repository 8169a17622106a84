import { basename, isAbsolute } from 'node:path';
import { type McpServer, PatchbayError } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { type ReadServer, readServer } from '@patchbay/mcp-client';
import type { McpAuth } from '@patchbay/openapi-import';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { readSecretFile } from '../input/secret-file.ts';

export interface McpServerOptions {
  readonly command?: string;
  readonly arg: readonly string[];
  readonly headerFromFile: readonly string[];
  readonly envFromFile: readonly string[];
}

/** A server, and what a document says of how to reach it. */
export interface McpServerRead {
  readonly server: ReadServer;
  readonly mcp: McpServer;
  readonly auth: McpAuth;
  readonly source: string;
}

const limitMs = 30_000;

/** Connects to a server as the options say, and asks for its tools. @throws UsageError, PatchbayError */
export async function readMcpServer(
  context: CommandContext,
  url: string | undefined,
  options: McpServerOptions,
): Promise<McpServerRead> {
  const { command, arg, headerFromFile, envFromFile } = options;
  if ((url === undefined) === (command === undefined))
    throw new UsageError('Give the URL of a server, or --command and a program.');
  if (url !== undefined) {
    if (arg.length > 0 || envFromFile.length > 0) throw new UsageError('--arg and --env-from-file go with --command.');
    return readHttp(url, await secrets('--header-from-file', headerFromFile, context));
  }
  if (headerFromFile.length > 0) throw new UsageError('--header-from-file goes with a URL.');
  const [, name = basename(command as string), path = command as string] =
    /^([a-z0-9-]+)=(.*)$/.exec(command as string) ?? [];
  if (!isAbsolute(path)) throw new UsageError('--command takes an absolute path, or name=/absolute/path.');
  const env = await secrets('--env-from-file', envFromFile, context);
  const server = await readServer({ path, args: arg, env: Object.fromEntries(env) }, limitMs);
  const mcp = {
    command: name,
    ...(arg.length > 0 && { args: [...arg] }),
    ...(env.length > 0 && { env: Object.fromEntries(env.map(([variable]) => [variable, '{api_key}'])) }),
  };
  return { server, mcp, auth: { kind: 'none' }, source: `the MCP server ${name}` };
}

async function readHttp(url: string, headers: readonly [string, string][]): Promise<McpServerRead> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.username !== '')
    throw new UsageError(`${url} is not the URL of an MCP server, such as https://mcp.example.com/mcp.`);
  if (headers.length > 1) throw new UsageError('One --header-from-file: a document shows a credential in one header.');
  // Whoever types an address here means it, also a private one.
  const egress = createEgress({ trustedOrigins: [parsed.origin] });
  try {
    const server = await readServer({ url, headers: Object.fromEntries(headers), egress }, limitMs);
    return { server, mcp: { url }, auth: authOf(headers[0]), source: url };
  } catch (error) {
    if (error instanceof PatchbayError && error.code === 'credential_expired' && headers.length === 0)
      throw new PatchbayError('credential_expired', {
        message: `${error.message} Give it a credential with --header-from-file 'Authorization=<file>'.`,
        details: { next: "Give the server's credential in a file, with --header-from-file." },
      });
    throw error;
  } finally {
    await egress.close();
  }
}

function authOf(header: readonly [string, string] | undefined): McpAuth {
  if (header === undefined) return { kind: 'none' };
  const [name, value] = header;
  return name.toLowerCase() === 'authorization' && /^bearer /i.test(value)
    ? { kind: 'bearer' }
    : { kind: 'header', name };
}

/** `NAME=FILE` as names and what stands in the files. */
async function secrets(option: string, given: readonly string[], { io }: CommandContext): Promise<[string, string][]> {
  return Promise.all(
    given.map(async (text): Promise<[string, string]> => {
      const [, name = '', file = ''] = /^([A-Za-z0-9_-]{1,64})=(.+)$/.exec(text) ?? [];
      if (file === '') throw new UsageError(`${option} takes NAME=FILE.`);
      return [name, await readSecretFile(file, io)];
    }),
  );
}
