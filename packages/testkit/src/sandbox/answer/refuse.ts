import type { Arrival } from '../arrival.ts';
import type { Judgement } from '../check/judge.ts';
import type { RouteTable } from '../route/route-table.ts';
import { type Answer, jsonAnswer } from './answer.ts';

const maxListed = 40;

/** The answer to a request no tool matches: 404 or 405, with what was expected. */
export function unmatched(arrival: Arrival, table: RouteTable): { answer: Answer; message: string } {
  const targets = table.targetsAt(arrival.host);
  if (targets.length === 0) {
    const hosts = [...new Set(table.all.map((target) => target.host))].sort();
    return refusal(404, 'unknown_host', `no loaded integration is at host '${arrival.host}'`, {
      hosts: hosts.slice(0, maxListed),
      hosts_total: hosts.length,
    });
  }
  const methods = table.methodsFor(arrival.host, arrival.path);
  if (methods.length > 0) {
    return refusal(
      405,
      'wrong_method',
      `this path takes ${methods.join(', ')}`,
      { methods },
      { allow: methods.join(', ') },
    );
  }
  const paths = [...new Set(targets.map((target) => `${target.method} ${target.path.template}`))].sort();
  return refusal(404, 'unknown_path', 'no tool of this host has that path', {
    paths: paths.slice(0, maxListed),
    paths_total: paths.length,
  });
}

/** The answer to a request that a tool's document does not allow. */
export function refused(judgement: Judgement): Answer {
  const { target, status, message, issues, violations } = judgement;
  return jsonAnswer(status, {
    error: {
      code: codes[status] ?? 'refused',
      message,
      tool: target.tool,
      step: target.step,
      issues,
      violations: violations.map((violation) => violation.kind),
    },
  });
}

const codes: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'unauthorized',
  403: 'credential_leak',
  415: 'wrong_content_type',
  422: 'wrong_arguments',
};

export function refusal(
  status: number,
  code: string,
  message: string,
  expected: unknown = null,
  headers: Record<string, string> = {},
): { answer: Answer; message: string } {
  return { answer: jsonAnswer(status, { error: { code, message, expected } }, headers), message };
}
