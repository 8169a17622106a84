import type { DecidePoliciesResult, PolicyDecision } from '@patchbay/contracts';
import { useState } from 'react';
import { useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';

interface Given {
  /** A document as it might be; null: only what is in force is asked. */
  readonly draft: { readonly name: string; readonly text: string } | null;
}

/** Asks what the policies say of a call that nobody makes, and which of them say so. */
export function DecideForm({ draft }: Given) {
  const [tool, setTool] = useState('');
  const [args, setArgs] = useState('{}');
  const [agent, setAgent] = useState('');
  const decide = useSend<unknown, DecidePoliciesResult>({
    path: () => '/v1/policies/decide',
    ask: (read) => ({
      body: {
        calls: [{ tool, arguments: read, context: { ...(agent !== '' && { agent }) } }],
        ...(draft !== null && { draft }),
      },
    }),
  });
  const read = objectOf(args);
  const decision = decide.data?.decisions[0];
  return (
    <section className="card stack">
      <h2>Explain a call</h2>
      <p className="muted">Nothing is called, counted or recorded.</p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (read !== null) decide.send(read);
        }}
      >
        <div className="filters">
          <TextField label="Tool" required value={tool} onChange={setTool} placeholder="slack_post_message" />
          <TextField label="Agent" value={agent} onChange={setAgent} />
        </div>
        <TextField
          label="Arguments"
          lines={3}
          value={args}
          onChange={setArgs}
          wrong={read === null ? 'It must be a JSON object.' : undefined}
        />
        <div>
          <button type="submit" disabled={decide.isPending}>
            Explain
          </button>
        </div>
      </form>
      {decide.problem !== null && <ProblemNote problem={decide.problem} />}
      {decision !== undefined && (
        <div role="status" className="stack">
          {decision.now === null ? (
            <p>There is no tool {decision.tool}.</p>
          ) : (
            <Decision title="In force" of={decision.now} />
          )}
          {decision.draft != null && <Decision title="With the draft" of={decision.draft} />}
        </div>
      )}
    </section>
  );
}

/** An effect, the policies that decided, and what is said. */
function Decision({ title, of: { effect, reasons, say } }: { readonly title: string; readonly of: PolicyDecision }) {
  return (
    <div>
      <h3 className="row">
        {title} <Badge word={effect} />
      </h3>
      {reasons.length === 0 && <p>No policy permits it.</p>}
      <ul>
        {reasons.map(({ policy, scope, version, because, error }) => (
          <li key={`${scope} ${policy}`}>
            <code>{policy}</code> of {scope}
            {version > 0 && `, version ${version}`}
            {because !== undefined && `: ${because}`}
            {error !== undefined && ` (could not be evaluated: ${error})`}
          </li>
        ))}
      </ul>
      {say !== null && <p>Said to the person: “{say}”</p>}
    </div>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
