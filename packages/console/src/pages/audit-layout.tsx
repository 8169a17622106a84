import type { AccessScope } from '@patchbay/contracts';
import { Outlet } from 'react-router';
import { Tabs } from '../components/tabs.tsx';
import { useSession } from '../session/session-context.tsx';

const parts: readonly (readonly [to: string, name: string, scope: AccessScope])[] = [
  ['/audit', 'Events', 'audit:read'],
  ['/audit/retention', 'Retention', 'audit:read'],
  ['/audit/holds', 'Legal holds', 'audit:read'],
  ['/audit/sinks', 'Sinks', 'audit:read'],
  ['/audit/persons', 'Persons', 'subjects:read'],
];

/** The parts of the audit log: what is in it, how long it stays, where it goes, and whom it is about. */
export function AuditLayout() {
  const { may } = useSession();
  return (
    <>
      <Tabs label="Audit" of={parts.flatMap(([to, name, scope]) => (may(scope) ? [[to, name] as const] : []))} />
      <Outlet />
    </>
  );
}
