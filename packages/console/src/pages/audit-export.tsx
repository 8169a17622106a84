import { useState } from 'react';
import { type Problem, ProblemError, problemOf } from '../api/problem.ts';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { useNotices } from '../shell/notices.tsx';
import { saveFile, today } from './save-file.ts';

interface Period {
  /** RFC 3339; left out: no bound. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Saves the log of a time, with its proofs, as a file. */
export function AuditExport({ from, to }: Period) {
  const { api } = useSession();
  const { say } = useNotices();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      const response = await api.fetch('/v1/audit/export', {
        query: { from, to },
        headers: { accept: 'application/jsonl' },
      });
      if (!response.ok) throw new ProblemError((await response.json()) as Problem);
      const file = await response.blob();
      // The last line of a whole export is a checkpoint, which is far shorter than this.
      const end = await file.slice(-4_096).text();
      saveFile(`patchbay-audit-${today()}.jsonl`, file);
      const whole = end.trimEnd().split('\n').at(-1)?.startsWith('{"$checkpoint"') === true;
      say(whole ? 'The export is saved.' : 'The export broke off: its last line is missing. Save it again.');
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="card stack">
      <h2>Export</h2>
      <p className="muted">
        Everything that the log holds of the time chosen above, whatever the other filters say, with the signed
        checkpoints that prove it. Check it with <code>patchbay audit verify</code>.
      </p>
      {problem !== null && <ProblemNote problem={problem} />}
      <div>
        <button type="button" disabled={busy} onClick={() => void save()}>
          {busy ? 'Exporting …' : 'Save as JSONL'}
        </button>
      </div>
    </section>
  );
}
