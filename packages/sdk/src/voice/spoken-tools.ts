import type { Agent } from '../agent.ts';
import type { SpokenTool } from '../filler-line.ts';

/** What is to be known of a tool while it works. */
export interface VoiceTool extends SpokenTool {
  readonly risk?: 'read' | 'write' | 'destructive';
}

/** Milliseconds for which what was told of a tool is taken: how long it usually takes changes with the day. */
const freshMs = 60_000;

/** Tools as they were last described; asked for again now and then. Not knowing one is no failure. */
export class SpokenTools {
  readonly #agent: Pick<Agent, 'tools'>;
  readonly #known = new Map<string, { readonly tool: Promise<VoiceTool>; readonly since: number }>();

  constructor(agent: Pick<Agent, 'tools'>) {
    this.#agent = agent;
  }

  get(name: string): Promise<VoiceTool> {
    const known = this.#known.get(name);
    if (known !== undefined && performance.now() - known.since < freshMs) return known.tool;
    const tool = this.#agent.tools.describe([name]).then(
      ({ tools }): VoiceTool => tools[0] ?? {},
      (): VoiceTool => ({}),
    );
    this.#known.set(name, { tool, since: performance.now() });
    return tool;
  }
}
