import type { Approval } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { Empty } from '../components/empty.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { TextField } from '../components/text-field.tsx';

const path = '/v1/approvals';
const pollMs = 3_000;

/** Calls that wait for a person. */
export function ApprovalsPage() {
  const [state, setState] = useState('waiting');
  const asked = usePages<Approval>(path, { state, limit: 50 }, { everyMs: pollMs });
  return (
    <Page
      title="Approvals"
      about="Calls that a policy leaves to a person. What is approved passes once, when the call is made again."
    >
      <div className="filters">
        <Choice
          label="State"
          value={state}
          onChange={setState}
          none="all"
          options={['waiting', 'approved', 'refused', 'used', 'expired']}
        />
      </div>
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="Nobody waits" next="A call that needs a person shows up here by itself." />
          ) : (
            <>
              <div className="columns">
                {asked.items.map((one) => (
                  <ApprovalCard key={one.id} approval={one} />
                ))}
              </div>
              <MoreButton pages={asked} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function ApprovalCard({ approval }: { readonly approval: Approval }) {
  const [note, setNote] = useState('');
  const decide = useSend<'approve' | 'refuse', unknown>({
    path: (decision) => `${path}/${approval.id}/${decision}`,
    ask: () => ({ body: { ...(note !== '' && { note }) } }),
    stale: [path],
    said: (decision) => (decision === 'approve' ? 'Approved: the call passes once.' : 'Refused.'),
  });
  const { id, tool, risk, context, say, policies, requested_at, expires_at } = approval;
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id} className="row">
        <Link to={`/tools/${tool}`}>{tool}</Link> <Badge word={risk} /> <Badge word={approval.state} />
      </h2>
      {say !== null && <p>“{say}”</p>}
      <Facts
        of={{
          Asked: <Moment at={requested_at} />,
          Until: <Moment at={expires_at} />,
          Agent: context.agent,
          Session: context.session,
          'End user': context.end_user,
          Because: policies.map(({ policy, because }) => because ?? policy).join(' '),
          Execution: <Link to={`/executions/${approval.execution_id}`}>…{approval.execution_id.slice(-8)}</Link>,
          Decided: approval.decided_at && <Moment at={approval.decided_at} />,
          By: approval.decided_by && <code>{approval.decided_by}</code>,
          Note: approval.note,
        }}
      />
      <CodeBlock
        title="Arguments"
        value={approval.arguments ?? `too large to keep; their digest is ${approval.arguments_digest}`}
        wrap
      />
      {approval.state === 'waiting' && (
        <>
          <TextField label="Note" value={note} onChange={setNote} hint="For the record." />
          {decide.problem !== null && <ProblemNote problem={decide.problem} />}
          <div className="row">
            <button type="button" data-kind="main" disabled={decide.isPending} onClick={() => decide.send('approve')}>
              Approve<span className="hidden-visually"> {tool}</span>
            </button>
            <button type="button" data-kind="danger" disabled={decide.isPending} onClick={() => decide.send('refuse')}>
              Refuse<span className="hidden-visually"> {tool}</span>
            </button>
          </div>
        </>
      )}
    </section>
  );
}
