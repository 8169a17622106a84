import { type IntegrationDocument, type Tool, toolNameOf } from '@patchbay/contracts';
import { type Condition, parseCondition } from '../response/error-rule.ts';
import type { Report } from './report.ts';

export type ProbeVerdict = 'happened' | 'not_happened' | 'unknown';

/** A tool's probe, compiled. */
export interface ProbePlan {
  /** Callable name of the read tool that looks for the effect. */
  readonly tool: string;
  argumentsFor(args: Record<string, unknown>): Record<string, unknown>;
  /** What the read tool's output says. */
  judge(output: unknown): ProbeVerdict;
}

/** Null for a tool that declares none, and when something is reported. */
export function compileProbe(document: IntegrationDocument, tool: Tool, report: Report, at: string): ProbePlan | null {
  const { probe } = tool;
  if (probe === undefined) return null;
  const reader = Object.hasOwn(document.tools, probe.tool) ? document.tools[probe.tool] : undefined;
  if (reader?.risk !== 'read') report(`${at}.tool`, `is no tool of risk read: '${probe.tool}'`);
  if (reader?.cache !== undefined) report(`${at}.tool`, 'keeps answers (cache), which may be from before the call');
  if (tool.risk === 'read') report(at, 'a read has no effect to look for');
  for (const [name, value] of Object.entries(probe.arguments))
    if ('from' in value && !Object.hasOwn(tool.parameters, value.from))
      report(`${at}.arguments.${name}.from`, `is no argument of the tool: '${value.from}'`);
  const happened = conditionOf(probe.happened, report, `${at}.happened`);
  const absent =
    probe.not_happened === undefined ? null : conditionOf(probe.not_happened, report, `${at}.not_happened`);
  if (happened === null) return null;
  return {
    tool: toolNameOf(document, probe.tool, reader),
    argumentsFor: (args) =>
      Object.fromEntries(
        Object.entries(probe.arguments)
          .map(([name, value]) => [name, 'from' in value ? args[value.from] : value.const] as const)
          .filter(([, value]) => value !== undefined),
      ),
    judge(output) {
      // What is no object has no fields, which a condition may take for an absence.
      if (typeof output !== 'object' || output === null) return 'unknown';
      const here = happened(output, 200);
      const gone = absent?.(output, 200) === true;
      // Both at once is a contradiction: nothing is known.
      if (here === gone) return 'unknown';
      return here ? 'happened' : 'not_happened';
    },
  };
}

function conditionOf(text: string, report: Report, at: string): Condition | null {
  const condition = parseCondition(text);
  if (typeof condition !== 'string') return condition;
  report(at, condition);
  return null;
}
