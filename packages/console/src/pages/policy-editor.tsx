import type { LintPolicyResult, ShowPolicyResult } from '@patchbay/contracts';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { goToLine } from '../components/go-to-line.ts';
import { IssueList } from '../components/issue-list.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';
import { useSession } from '../session/session-context.tsx';

const begun = `@id("example")
@effect("require_approval")
@because("Large refunds are approved by a person.")
forbid (principal, action, resource == Tool::"stripe_refund_payment")
when { context.arguments has amount && context.arguments.amount > 10000 };
`;

interface Given {
  readonly name: string;
  /** Null: there is none yet. */
  readonly shown: ShowPolicyResult | null;
}

/** Text and tests of a document: checked, tried on what ran of late, and put in force. */
export function PolicyEditor({ name, shown }: Given) {
  const { may, tenant, api } = useSession();
  const navigate = useNavigate();
  const [text, setText] = useState(shown?.document.text ?? begun);
  const [testsText, setTestsText] = useState(() => JSON.stringify(shown?.document.tests ?? [], null, 2));
  const place = useRef<HTMLDivElement>(null);
  const tests = testsOf(testsText);
  const own = shown !== null && shown.document.scope === (api.tenant ?? '_platform') && shown.document.version > 0;
  const path = `/v1/policies/${encodeURIComponent(name)}`;
  const lint = useSend<void, LintPolicyResult>({
    path: () => '/v1/policies/lint',
    ask: () => ({ body: { name, text, tests } }),
  });
  const dryRun = useSend<void, DryRun>({ path: () => '/v1/policies/dry-run', ask: () => ({ body: { name, text } }) });
  const save = useSend<void, unknown>({
    path: () => path,
    ask: () => ({
      method: 'PUT',
      body: { text, tests, expected_version: own ? shown.document.version : 0 },
    }),
    stale: ['/v1/policies'],
    said: () => 'In force.',
  });
  const remove = useSend<void, unknown>({
    path: () => path,
    ask: () => ({ method: 'DELETE' }),
    stale: ['/v1/policies'],
    said: () => `${name} is out of force.`,
  });
  const problem = save.problem ?? remove.problem ?? lint.problem ?? dryRun.problem;
  return (
    <div className="columns">
      <form
        className="card stack"
        aria-label="Document"
        onSubmit={(event) => {
          event.preventDefault();
          lint.send();
        }}
      >
        <div ref={place}>
          <TextField label="Policies" lines={16} required value={text} onChange={setText} />
        </div>
        <TextField
          label="Tests"
          lines={6}
          value={testsText}
          onChange={setTestsText}
          wrong={tests === null ? 'It must be a JSON list.' : undefined}
          hint={'As JSON: [{ "name": "…", "call": { "tool": "…", "arguments": {} }, "expect": "permit" }]'}
        />
        <div className="row">
          <button type="submit" disabled={tests === null || lint.isPending}>
            Check and test
          </button>
          {tenant !== null && (
            <button type="button" disabled={dryRun.isPending} onClick={() => dryRun.send()}>
              Try on recent calls
            </button>
          )}
          {may('policies:write') && (
            <>
              <button
                type="button"
                data-kind="main"
                disabled={tests === null || save.isPending}
                onClick={() => save.send()}
              >
                Put in force
              </button>
              {own && (
                <ConfirmButton
                  label="Remove"
                  title={`Take ${name} out of force?`}
                  onConfirm={() => remove.send(undefined, { onSuccess: () => navigate('/policies') })}
                >
                  <p>What it stood in for, or nothing, is in force again.</p>
                </ConfirmButton>
              )}
            </>
          )}
        </div>
      </form>
      <section className="stack" aria-label="What was found">
        {problem !== null && <ProblemNote problem={problem} />}
        {lint.data !== undefined && (
          <div className="card stack" role="status">
            <h2>Check</h2>
            <p className="row">
              <Badge
                word={lint.data.issues.length === 0 ? 'valid' : 'not valid'}
                tone={lint.data.issues.length === 0 ? 'ok' : 'bad'}
              />
              {lint.data.policies.length} policies: {lint.data.policies.join(', ')}
            </p>
            {lint.data.issues.length > 0 && (
              <IssueList issues={lint.data.issues} onLine={(line) => goToLine(place.current, line)} />
            )}
            {lint.data.warnings.length > 0 && <IssueList issues={lint.data.warnings} />}
            {lint.data.tests.map(({ name: test, passed, expected, got }) => (
              <p key={test} className="row">
                <Badge word={passed ? 'passed' : 'failed'} tone={passed ? 'ok' : 'bad'} /> {test}
                {!passed && ` expected ${expected}, got ${got.effect}`}
              </p>
            ))}
          </div>
        )}
        {dryRun.data !== undefined && (
          <div className="card stack" role="status">
            <h2>On recent calls</h2>
            <p>
              Of {dryRun.data.looked} calls it would decide {dryRun.data.changed.length} otherwise. Without{' '}
              {dryRun.data.without.join(', ')}, which are not kept.
            </p>
            <ul>
              {dryRun.data.changed.map(({ execution_id, tool, agent, now, draft }) => (
                <li key={execution_id}>
                  <code>{tool}</code> by {agent}: <Badge word={now} /> becomes <Badge word={draft.effect} />
                </li>
              ))}
            </ul>
          </div>
        )}
      </section>
    </div>
  );
}

/** `POST /v1/policies/dry-run` */
interface DryRun {
  readonly looked: number;
  readonly without: readonly string[];
  readonly changed: readonly {
    readonly execution_id: string;
    readonly tool: string;
    readonly agent: string;
    readonly now: string;
    readonly draft: { readonly effect: string };
  }[];
}

function testsOf(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
