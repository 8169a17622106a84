import { Route, Routes } from 'react-router';
import { AboutPage } from './pages/about-page.tsx';
import { AnalyticsPage } from './pages/analytics-page.tsx';
import { ApprovalsPage } from './pages/approvals-page.tsx';
import { AuditLayout } from './pages/audit-layout.tsx';
import { AuditPage } from './pages/audit-page.tsx';
import { ConnectPage } from './pages/connect-page.tsx';
import { ConnectionsPage } from './pages/connections-page.tsx';
import { DeadLettersPage } from './pages/dead-letters-page.tsx';
import { ExecutionPage } from './pages/execution-page.tsx';
import { ExecutionsPage } from './pages/executions-page.tsx';
import { HoldsPage } from './pages/holds-page.tsx';
import { KeysPage } from './pages/keys-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { OverviewPage } from './pages/overview-page.tsx';
import { PoliciesPage } from './pages/policies-page.tsx';
import { PolicyPage } from './pages/policy-page.tsx';
import { PublishPage } from './pages/publish-page.tsx';
import { RejectedWebhookPage } from './pages/rejected-webhook-page.tsx';
import { RetentionPage } from './pages/retention-page.tsx';
import { SinksPage } from './pages/sinks-page.tsx';
import { SubjectsPage } from './pages/subjects-page.tsx';
import { SubscriptionsPage } from './pages/subscriptions-page.tsx';
import { TenantsPage } from './pages/tenants-page.tsx';
import { ToolArgumentsPage } from './pages/tool-arguments-page.tsx';
import { ToolPage } from './pages/tool-page.tsx';
import { ToolPlaygroundPage } from './pages/tool-playground-page.tsx';
import { ToolVersionsPage } from './pages/tool-versions-page.tsx';
import { ToolsPage } from './pages/tools-page.tsx';
import { ToolsetsPage } from './pages/toolsets-page.tsx';
import { UnknownExecutionsPage } from './pages/unknown-executions-page.tsx';
import { WebhookEventPage } from './pages/webhook-event-page.tsx';
import { WebhookEventsPage } from './pages/webhook-events-page.tsx';
import { WebhookSourcePage } from './pages/webhook-source-page.tsx';
import { WebhookSourcesPage } from './pages/webhook-sources-page.tsx';
import { WebhooksLayout } from './pages/webhooks-layout.tsx';
import { Shell } from './shell/shell.tsx';

/** Which page stands at which address below `/console`. */
export function PageRoutes() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<OverviewPage />} />
        <Route path="executions" element={<ExecutionsPage />} />
        <Route path="executions/unknown" element={<UnknownExecutionsPage />} />
        <Route path="executions/:execution" element={<ExecutionPage />} />
        <Route path="tools" element={<ToolsPage />} />
        <Route path="tools/:name" element={<ToolPage />}>
          <Route index element={<ToolArgumentsPage />} />
          <Route path="versions" element={<ToolVersionsPage />} />
          <Route path="playground" element={<ToolPlaygroundPage />} />
        </Route>
        <Route path="toolsets" element={<ToolsetsPage />} />
        <Route path="publish" element={<PublishPage />} />
        <Route path="connections" element={<ConnectionsPage />} />
        <Route path="connections/new" element={<ConnectPage />} />
        <Route path="webhooks" element={<WebhooksLayout />}>
          <Route index element={<WebhookSourcesPage />} />
          <Route path="sources/:source" element={<WebhookSourcePage />} />
          <Route path="sources/:source/rejected/:request" element={<RejectedWebhookPage />} />
          <Route path="events" element={<WebhookEventsPage />} />
          <Route path="events/:event" element={<WebhookEventPage />} />
          <Route path="subscriptions" element={<SubscriptionsPage />} />
          <Route path="dead-letters" element={<DeadLettersPage />} />
        </Route>
        <Route path="audit" element={<AuditLayout />}>
          <Route index element={<AuditPage />} />
          <Route path="retention" element={<RetentionPage />} />
          <Route path="holds" element={<HoldsPage />} />
          <Route path="sinks" element={<SinksPage />} />
          <Route path="persons" element={<SubjectsPage />} />
        </Route>
        <Route path="analytics" element={<AnalyticsPage />} />
        <Route path="policies" element={<PoliciesPage />} />
        <Route path="policies/:name" element={<PolicyPage />} />
        <Route path="approvals" element={<ApprovalsPage />} />
        <Route path="keys" element={<KeysPage />} />
        <Route path="tenants" element={<TenantsPage />} />
        <Route path="about" element={<AboutPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
