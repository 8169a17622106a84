import type { VerifyAuditResult } from '@patchbay/contracts';
import { useState } from 'react';
import { type Problem, problemOf } from '../api/problem.ts';
import { Badge } from '../components/badge.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';

type Found = Pick<VerifyAuditResult, 'messages' | 'events' | 'pending' | 'problem_count' | 'problems'>;
const nothing: Found = { messages: 0, events: 0, pending: 0, problem_count: 0, problems: [] };
const messagesAtOnce = 2_000;

/** Holds the log against what its producers signed, piece by piece until its end. */
export function AuditVerify() {
  const { api } = useSession();
  const [found, setFound] = useState<Found | null>(null);
  const [state, setState] = useState<'idle' | 'running' | 'done'>('idle');
  const [problem, setProblem] = useState<Problem | null>(null);

  async function verify() {
    setState('running');
    setProblem(null);
    let sum = nothing;
    try {
      for (let after: number | null = 0; after !== null; ) {
        const one: VerifyAuditResult = await api.ask('/v1/audit/verify', {
          method: 'POST',
          body: { limit: messagesAtOnce, ...(after > 0 && { after }) },
        });
        sum = {
          messages: sum.messages + one.messages,
          events: sum.events + one.events,
          pending: sum.pending + one.pending,
          problem_count: sum.problem_count + one.problem_count,
          problems: [...sum.problems, ...one.problems].slice(0, 100),
        };
        setFound(sum);
        after = one.next;
      }
      setState('done');
    } catch (error) {
      setProblem(problemOf(error));
      setState('idle');
    }
  }

  return (
    <section className="card stack">
      <h2>Verify</h2>
      <p className="muted">
        Checks every message by its producer’s signature, and the store against the stream. It does not notice what was
        taken out of both: an export shows that, verified with the log’s key.
      </p>
      <div>
        <button type="button" disabled={state === 'running'} onClick={() => void verify()}>
          {state === 'running' ? 'Verifying …' : 'Verify the log'}
        </button>
      </div>
      {problem !== null && <ProblemNote problem={problem} />}
      <div role="status">
        {found !== null && (
          <p>
            {state === 'done' && <Badge word={found.problem_count === 0 ? 'verified' : 'failed'} />}{' '}
            {found.messages.toLocaleString('en')} messages with {found.events.toLocaleString('en')} events,{' '}
            {found.problem_count === 0 ? 'no problem' : `${found.problem_count} problems`}
            {found.pending > 0 && `; ${found.pending} are on their way to the store`}.
          </p>
        )}
      </div>
      {found !== null && found.problems.length > 0 && (
        <ul>
          {found.problems.map(({ sequence, event_id, what }) => (
            <li key={`${sequence} ${event_id} ${what}`}>
              Message {sequence}: <code>{what}</code> {event_id}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
