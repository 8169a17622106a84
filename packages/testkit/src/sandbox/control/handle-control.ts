import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { IntegrationDocument, issuesOf } from '@patchbay/contracts';
import { type Answer, jsonAnswer } from '../answer/answer.ts';
import { send } from '../answer/send.ts';
import { readBody } from '../read-body.ts';
import type { BehaviourRules } from '../record/behaviour-rules.ts';
import type { BehaviourRule, RecordFilter, Sandbox, ViolationKind } from '../types.ts';
import { ruleIssue } from './rule-issue.ts';

export const controlHeader = 'x-sandbox-token';

interface Control {
  readonly rules: BehaviourRules;
  readonly controlToken: string;
}

interface Command {
  readonly sandbox: Sandbox;
  readonly rules: BehaviourRules;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What another process may ask of the sandbox: the same as its own process may. */
const commands: Readonly<Record<string, (command: Command) => Answer>> = {
  'POST /_sandbox/behave': ({ rules, body }) => {
    const issue = ruleIssue(body);
    return issue === null
      ? jsonAnswer(201, { id: rules.add(body as BehaviourRule) })
      : jsonAnswer(400, { error: { code: 'invalid_rule', message: issue } });
  },
  'DELETE /_sandbox/behave': ({ rules, query }) => jsonAnswer(200, { removed: rules.remove(Number(query.get('id'))) }),
  'POST /_sandbox/reset': ({ sandbox }) => {
    sandbox.reset();
    return jsonAnswer(200, {});
  },
  'POST /_sandbox/documents': ({ sandbox, body }) => {
    const parsed = IntegrationDocument.safeParse(body);
    if (!parsed.success)
      return jsonAnswer(400, { error: { code: 'invalid_document', issues: issuesOf(parsed.error) } });
    sandbox.addDocument(parsed.data);
    return jsonAnswer(201, {});
  },
  'GET /_sandbox/requests': ({ sandbox, query }) => jsonAnswer(200, sandbox.requests(filterOf(query))),
  'GET /_sandbox/effects': ({ sandbox, query }) => jsonAnswer(200, sandbox.effects(filterOf(query))),
  'GET /_sandbox/violations': ({ sandbox, query }) =>
    jsonAnswer(200, sandbox.violations((query.get('kind') ?? undefined) as ViolationKind | undefined)),
  'GET /_sandbox/streams': ({ sandbox }) => jsonAnswer(200, sandbox.streams()),
  'GET /_sandbox/webhooks': ({ sandbox }) => jsonAnswer(200, sandbox.webhooks()),
  'GET /_sandbox/counts': ({ sandbox }) => jsonAnswer(200, sandbox.counts()),
};

/** Serves `/_sandbox/*` to whoever holds the control token. */
export async function handleControl(
  sandbox: Sandbox,
  { rules, controlToken }: Control,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = Buffer.from(String(message.headers[controlHeader] ?? ''));
  const expected = Buffer.from(controlToken);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    message.resume();
    return send(
      response,
      jsonAnswer(403, { error: { code: 'forbidden', message: `send the control token as ${controlHeader}` } }),
    );
  }
  const url = new URL(message.url ?? '', 'http://sandbox');
  const command = commands[`${message.method} ${url.pathname}`];
  const raw = await readBody(message);
  if (command === undefined)
    return send(
      response,
      jsonAnswer(404, {
        error: { code: 'unknown_command', message: 'no such command', commands: Object.keys(commands) },
      }),
    );
  if (!Buffer.isBuffer(raw))
    return send(
      response,
      jsonAnswer(413, { error: { code: 'too_large', message: 'the body is too large or was cut off' } }),
    );
  let body: unknown = null;
  try {
    if (raw.length > 0) body = JSON.parse(raw.toString('utf8'));
  } catch {
    return send(response, jsonAnswer(400, { error: { code: 'malformed', message: 'the body is not JSON' } }));
  }
  send(response, command({ sandbox, rules, query: url.searchParams, body }));
}

function filterOf(query: URLSearchParams): RecordFilter {
  return Object.fromEntries([...query].filter(([name]) => ['tool', 'step', 'integration', 'verdict'].includes(name)));
}
