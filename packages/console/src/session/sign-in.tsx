import { type SubmitEvent, useId, useState } from 'react';
import { Api } from '../api/api.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import { ProblemNote } from '../components/problem-note.tsx';
import { keepKey } from './kept-key.ts';
import type { Me } from './me.ts';

interface Given {
  /** Why somebody who was in is asked again. */
  readonly reason: string | null;
  readonly onSignedIn: (me: Me, key: string) => void;
}

/** Asks for an API key. It goes nowhere but into the header of requests. */
export function SignIn({ reason, onSignedIn }: Given) {
  const [key, setKey] = useState('');
  const [keep, setKeep] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const given = key.trim();
      const me = await new Api(given, null, false).ask<Me>('/v1/me');
      keepKey(keep ? given : null);
      onSignedIn(me, given);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  }

  return (
    <main className="sign-in stack">
      <title>Sign in · Patchbay</title>
      <div className="row">
        <img src="/console/icon.svg" alt="" width="36" height="36" />
        <h1>Patchbay console</h1>
      </div>
      {reason !== null && (
        <p className="note" data-tone="warn" role="status">
          {reason}
        </p>
      )}
      <form className="card stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>API key</label>
          <input
            id={id}
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder="pbk_…"
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
            aria-describedby={`${id}-hint`}
          />
          <span className="hint" id={`${id}-hint`}>
            On this machine the operator’s is in <code>.patchbay/keys/operator.key</code>. An owner makes others under
            Keys.
          </span>
        </div>
        <label className="check">
          <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.target.checked)} />
          <span>Keep it until this tab is closed. Otherwise it is forgotten when the page is loaded anew.</span>
        </label>
        {problem !== null && <ProblemNote problem={problem} />}
        <div>
          <button type="submit" data-kind="main" disabled={busy}>
            {busy ? 'Signing in …' : 'Sign in'}
          </button>
        </div>
      </form>
    </main>
  );
}
