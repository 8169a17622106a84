import type { Connection, ExecutionResult } from '@patchbay/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useOutletContext, useSearchParams } from 'react-router';
import { type Problem, ProblemError, problemOf } from '../api/problem.ts';
import { type Page as ListPage, useGet } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { IssueList } from '../components/issue-list.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { argumentsOf, type Typed, typedOf } from '../forms/arguments-of.ts';
import { SchemaForm } from '../forms/schema-form.tsx';
import { useSession } from '../session/session-context.tsx';
import type { DescribedTool } from './described-tool.ts';
import { Exchange, type Exchanged } from './exchange.tsx';
import { noteArguments, notedArguments } from './noted-arguments.ts';
import { PolicyAnswer } from './policy-answer.tsx';

/** A place to try a tool: a form of its schema, a dry run, and everything that went over the wire. */
export function ToolPlaygroundPage() {
  const tool = useOutletContext<DescribedTool>();
  const { api, may } = useSession();
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const again = search.get('again');
  const known = again === null ? null : notedArguments(again);
  const [typed, setTyped] = useState<Typed>(() => typedOf(tool.input_schema, known ?? tool.examples?.[0] ?? {}));
  const [text, setText] = useState<string | null>(null);
  const [connection, setConnection] = useState('');
  const [key, setKey] = useState('');
  const [version, setVersion] = useState(search.get('version') ?? '');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [exchange, setExchange] = useState<Exchanged | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const connections = useGet<ListPage<Connection>>(may('connections:read') ? '/v1/connections' : null, {
    integration: tool.integration,
  });
  const read = text === null ? argumentsOf(tool.input_schema, typed) : readJson(text);
  const wrong = tried ? read.wrong : {};

  async function run(dryRun: boolean, confirmation?: string) {
    setTried(true);
    if (Object.keys(read.wrong).length > 0) return;
    setBusy(true);
    setProblem(null);
    const path = `/v1/tools/${tool.name}/execute`;
    const body = {
      arguments: read.arguments,
      ...(connection !== '' && { connection }),
      ...(version !== '' && { version }),
      ...(dryRun && { dry_run: true }),
      ...(confirmation !== undefined && { confirmation }),
      context: { session: 'console' },
    };
    const headers: Record<string, string> = key === '' || dryRun ? {} : { 'idempotency-key': key };
    const upstream = dryRun
      ? Promise.resolve(null)
      : api
          .ask<ExecutionResult>(path, { method: 'POST', body: { ...body, dry_run: true } })
          .then(({ output }) => output)
          .catch(() => null);
    const sent = { method: 'POST', path, headers: { ...api.headersOf(headers), authorization: 'Bearer pbk_…' }, body };
    try {
      const built = await upstream;
      const {
        status,
        headers: got,
        body: result,
      } = await api.answer<ExecutionResult>(path, {
        method: 'POST',
        body,
        headers,
      });
      noteArguments(result.execution_id, read.arguments);
      setExchange({ sent, upstream: dryRun ? result.output : built, status, headers: got, result, dryRun });
    } catch (error) {
      const failed = problemOf(error);
      const result = failed.result as ExecutionResult | undefined;
      setProblem(failed);
      if (result !== undefined) noteArguments(result.execution_id, read.arguments);
      const answered = error instanceof ProblemError;
      setExchange(
        answered
          ? { sent, upstream: await upstream, status: failed.status, headers: new Headers(), result: failed, dryRun }
          : null,
      );
    } finally {
      setBusy(false);
      void queries.invalidateQueries({
        predicate: ({ queryKey: [, path] }) => String(path).startsWith('/v1/executions'),
      });
    }
  }

  const destructive = tool.risk === 'destructive';
  return (
    <div className="columns">
      <form
        className="card stack"
        aria-label="Call"
        onSubmit={(event) => {
          event.preventDefault();
          void run(destructive);
        }}
      >
        {again !== null && known === null && (
          <p className="note" data-tone="warn">
            The audit log keeps no arguments, and these were not given in this console: enter those of the call again.
          </p>
        )}
        <div className="row">
          <h2>Arguments</h2>
          <button
            type="button"
            onClick={() => {
              if (text === null) setText(JSON.stringify(read.arguments, null, 2));
              else {
                setTyped(typedOf(tool.input_schema, readJson(text).arguments));
                setText(null);
              }
            }}
          >
            {text === null ? 'Edit as JSON' : 'Back to the form'}
          </button>
        </div>
        {text === null ? (
          <SchemaForm schema={tool.input_schema} typed={typed} onTyped={setTyped} wrong={wrong} />
        ) : (
          <TextField label="Arguments as JSON" lines={12} value={text} onChange={setText} wrong={wrong['arguments']} />
        )}
        <fieldset className="stack">
          <legend>How</legend>
          <Choice
            label="Connection"
            value={connection}
            onChange={setConnection}
            none="the tenant’s default"
            options={(connections.data?.items ?? []).map(({ id, label }) => [id, label || id] as const)}
          />
          <TextField
            label="Idempotency key"
            value={key}
            onChange={setKey}
            hint="The same key again gets the first answer, and has no second effect."
          />
          <TextField label="Version" value={version} onChange={setVersion} hint="Left out: the one that is served." />
        </fieldset>
        <div className="row">
          <button type="button" disabled={busy || !may('tools:execute')} onClick={() => void run(true)}>
            Dry run
          </button>
          {destructive ? (
            <ConfirmButton
              label="Run"
              title="Run a destructive call?"
              disabled={busy || !may('tools:execute')}
              onConfirm={() => void run(false)}
            >
              <p>
                <code>{tool.name}</code> removes or changes something for good. It is really carried out, with these
                arguments.
              </p>
            </ConfirmButton>
          ) : (
            <button type="submit" data-kind="main" disabled={busy || !may('tools:execute')}>
              {busy ? 'Running …' : 'Run'}
            </button>
          )}
        </div>
        {!may('tools:execute') && <p className="muted">This key may not carry out calls.</p>}
      </form>
      <div className="stack">
        <div role="status" className="row">
          {exchange !== null && (
            <>
              <Badge
                word={exchange.dryRun ? 'dry run' : statusOf(exchange.result)}
                {...(exchange.dryRun && { tone: 'info' as const })}
              />
              {executionOf(exchange.result) !== null && !exchange.dryRun && (
                <Link to={`/executions/${executionOf(exchange.result)}`}>Look at this execution</Link>
              )}
            </>
          )}
        </div>
        {problem !== null && <ProblemNote problem={problem} />}
        {problem !== null && <PolicyAnswer problem={problem} onYes={(token) => void run(false, token)} />}
        {tried && Object.keys(read.wrong).length > 0 && (
          <div className="note" data-tone="bad" role="alert">
            <IssueList issues={Object.entries(read.wrong).map(([path, message]) => ({ path, message }))} />
          </div>
        )}
        {exchange === null ? (
          <p className="muted">
            What is sent to Patchbay, the request that it makes of the service, and the answer stand here after a run.
            Credentials are never among it.
          </p>
        ) : (
          <Exchange of={exchange} />
        )}
      </div>
    </div>
  );
}

function readJson(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { arguments: value as Record<string, unknown>, wrong: {} as Record<string, string> };
  } catch {
    // Said below, as of any other text that is no object.
  }
  return { arguments: {}, wrong: { arguments: 'It must be a JSON object.' } as Record<string, string> };
}

const statusOf = (result: unknown) =>
  String(
    (result as { status?: unknown; result?: { status?: unknown } }).result?.status ??
      (result as { status?: unknown }).status,
  );
const executionOf = (result: unknown): string | null => {
  const { execution_id: id, result: inner } = result as { execution_id?: string; result?: { execution_id?: string } };
  return id ?? inner?.execution_id ?? null;
};
