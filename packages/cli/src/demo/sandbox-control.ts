/** The part of the sandbox's control surface that the demo uses, over HTTP. */
export interface SandboxControl {
  /** Adds a rule and returns how to take it away. */
  behave(rule: { tool?: string; do: { kind: 'delay'; ms: number; jitterMs?: number } }): Promise<() => Promise<void>>;
  /** Side effects that the tool had, with the arguments that arrived. */
  effects(tool: string): Promise<readonly { readonly arguments: Readonly<Record<string, unknown>> }[]>;
}

/** Milliseconds for an answer of the sandbox. */
const timeoutMs = 5_000;

/** @throws Error when the sandbox refuses. */
export function sandboxControl(url: string, token: string): SandboxControl {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/_sandbox/${path}`, {
      method,
      headers: { 'x-sandbox-token': token, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path} (HTTP ${response.status}).`);
    return response.json();
  }
  return {
    async behave(rule) {
      const { id } = (await call('POST', 'behave', rule)) as { id: number };
      return async () => void (await call('DELETE', `behave?id=${id}`));
    },
    effects: async (tool) =>
      (await call('GET', `effects?tool=${tool}`)) as Awaited<ReturnType<SandboxControl['effects']>>,
  };
}
