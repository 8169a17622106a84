import type { ListRetentionResult, RetentionRule } from '@patchbay/contracts';
import { useGet, useSend } from '../api/use-get.tsx';
import { Choice } from '../components/choice.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { RetentionPurge } from './retention-purge.tsx';
import { RetentionRuleForm } from './retention-rule-form.tsx';

const path = '/v1/audit/retention';

/** Which rule it is that holds for a class. */
const reasons: Readonly<Record<ListRetentionResult['effective'][number]['by'], string>> = {
  tenant_class: 'the tenant’s rule for the class',
  tenant: 'the tenant’s rule',
  class: 'the installation’s rule for the class',
  default: 'the installation’s rule',
  floor: 'the law that the tenant is bound to',
  none: 'no rule',
};
const daysText = (days: number | null) => (days === null ? 'without limit' : `${days.toLocaleString('en')} days`);
const nameOf = ({ class: of }: Pick<RetentionRule, 'class'>) => of ?? 'every class';

/** How long the log keeps what its events say. */
export function RetentionPage() {
  const { may, platform, tenant } = useSession();
  const mayChange = platform && may('audit:write');
  const asked = useGet<ListRetentionResult>(path);
  const remove = useSend<RetentionRule, unknown>({
    path: () => path,
    ask: (rule) => ({ method: 'DELETE', query: { class: rule.class } }),
    stale: [path],
    said: (rule) => `The rule for ${nameOf(rule)} is gone.`,
  });
  const bind = useSend<string, unknown>({
    path: () => '/v1/audit/regime',
    ask: (regime) => ({ method: 'PUT', body: { regime: regime === '' ? null : regime } }),
    stale: [path],
    said: (regime) => (regime === '' ? 'The tenant is bound to no law.' : `The tenant is bound to ${regime}.`),
  });
  const problem = remove.problem ?? bind.problem;
  return (
    <Page
      title="Retention"
      about="After how many days events lose what they say. Their place in the log, and its proofs, stay. Only the platform’s keys change it."
    >
      {problem !== null && <ProblemNote problem={problem} />}
      <Loaded asked={asked}>
        {({ effective, rules, regime }) => (
          <>
            {tenant !== null && (
              <DataTable
                caption="What holds for each class"
                keyOf={(one) => one.class}
                rows={effective}
                columns={[
                  { head: 'Class', cell: (one) => one.class },
                  { head: 'Kept', cell: ({ days }) => daysText(days) },
                  { head: 'By', cell: ({ by }) => reasons[by] },
                ]}
              />
            )}
            <h2>Rules</h2>
            {rules.length === 0 ? (
              <Empty title="No rules" next="Everything is kept without limit." />
            ) : (
              <DataTable
                caption="Rules"
                keyOf={(rule) => `${rule.tenant} ${rule.class}`}
                rows={rules}
                columns={[
                  { head: 'Whose', cell: (rule) => rule.tenant ?? 'every tenant without one' },
                  { head: 'Class', cell: nameOf },
                  { head: 'Kept', cell: ({ days }) => daysText(days) },
                  { head: 'Since', cell: ({ changed_at }) => <Moment at={changed_at} /> },
                  {
                    head: 'Change',
                    cell: (rule) =>
                      mayChange &&
                      rule.tenant === tenant && (
                        <ConfirmButton
                          label="Remove"
                          about={`the rule for ${nameOf(rule)}`}
                          title={`Remove the rule for ${nameOf(rule)}?`}
                          onConfirm={() => remove.send(rule)}
                        >
                          <p>What it fell back on holds again, with the next purge.</p>
                        </ConfirmButton>
                      ),
                  },
                ]}
              />
            )}
            {mayChange && <RetentionRuleForm />}
            {tenant !== null && mayChange && (
              <section className="card stack">
                <h2>Law</h2>
                <Choice
                  label="The tenant is bound to"
                  value={regime ?? ''}
                  onChange={(value) => bind.send(value)}
                  none="none"
                  options={[['hipaa', 'HIPAA: nothing goes before six years']]}
                />
              </section>
            )}
          </>
        )}
      </Loaded>
      {tenant !== null && mayChange && <RetentionPurge />}
    </Page>
  );
}
