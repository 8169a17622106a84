import { Outlet } from 'react-router';
import { Tabs } from '../components/tabs.tsx';

/** The parts of webhooks: where they come in, what came, who gets it, what was given up. */
export function WebhooksLayout() {
  return (
    <>
      <Tabs
        label="Webhooks"
        of={[
          ['/webhooks', 'Sources'],
          ['/webhooks/events', 'Events'],
          ['/webhooks/subscriptions', 'Subscriptions'],
          ['/webhooks/dead-letters', 'Dead letters'],
        ]}
      />
      <Outlet />
    </>
  );
}
