/**
 * What can be asked, in GraphQL's own language. Fields of data are named as the contracts name them, and so as REST does; a
 * list's `limit` is what its cost is counted by. Which scope opens a type is in `field-scopes.ts`.
 */
export const typeDefs = /* GraphQL */ `
  "Any JSON value."
  scalar JSON

  type Query {
    "Who asks."
    me: Principal!
    tools(category: String, integration: ID, risk: Risk, toolset: String, limit: Int! = 50, cursor: String): ToolPage!
    tool(name: ID!): Tool
    "Best first."
    searchTools(query: String!, limit: Int! = 5): [Tool!]!
    toolsets: [Toolset!]!
    integrations(limit: Int! = 50, cursor: String): IntegrationPage!
    integration(id: ID!): Integration
    "An intent and an outcome for each, of reads the outcome, newest first."
    executions(tool: ID, session: String, status: String, from: String, to: String, limit: Int! = 50, cursor: String): ExecutionEventPage!
    execution(id: ID!): Execution
    "Executions of which nobody knows whether they had their effect."
    unknownExecutions(limit: Int! = 50): [UnknownExecution!]!
    connections(integration: ID): [Connection!]!
    connection(id: ID!): Connection
    webhookSources: [WebhookSource!]!
    webhookEvents(source: ID, types: [String!], from: String, to: String, text: String, limit: Int! = 50, cursor: String): WebhookEventPage!
    webhookSubscriptions(source: ID): [WebhookSubscription!]!
    webhookDeliveries(subscription: ID, event: ID, state: String, limit: Int! = 50, cursor: String): WebhookDeliveryPage!
    audit(class: String, tool: ID, session: String, status: String, execution_id: ID, from: String, to: String, limit: Int! = 50, cursor: String): AuditEventPage!
    keys(limit: Int! = 50, cursor: String): ApiKeyPage!
    "From within a tenant, that one alone."
    tenants(limit: Int! = 50, cursor: String): TenantPage!
    "Executions that ended in a window, added up."
    analytics(group_by: String! = "tool", from: String, to: String, bucket_ms: Int, tool: ID, session: String, sort: String! = "calls", limit: Int! = 50): Analytics!
    "Circuits that hold calls of the tenant back; to the platform, all."
    circuits(host: String): [Circuit!]!
  }

  "Behind each field stands a topic of /v1/live."
  type Subscription {
    executions(session: String, tool: ID, cursor: String): LiveItem!
    planProgress(plan: ID, session: String, cursor: String): LiveItem!
    submissions(session: String, tool: ID, cursor: String): LiveItem!
    registryChanged(integration: ID, cursor: String): LiveItem!
    circuitChanged(cursor: String): LiveItem!
    connectionExpired(integration: ID, cursor: String): LiveItem!
    webhookEvents(source: ID, cursor: String): LiveItem!
    subscriptionChanged(cursor: String): LiveItem!
    approvalChanged(session: String, tool: ID, cursor: String): LiveItem!
  }

  enum Risk { read write destructive }

  type Principal { kind: String! id: ID! tenant: String! role: String! scopes: [String!]! agent: String }

  type ToolPage { items: [Tool!]! next_cursor: String total: Int! }
  type Tool {
    name: ID!
    title: String!
    category: String!
    version: String!
    risk: Risk!
    description: String!
    integration: Integration
    "Ready to hand to a model's API: patchbay, anthropic, openai, mcp and others."
    definition(format: String! = "patchbay"): JSON
  }
  type Toolset { name: ID! title: String! scope: String! tools: [String!]! resolved: [ID!]! changed_at: String! }
  type IntegrationPage { items: [Integration!]! next_cursor: String }
  type Integration {
    id: ID!
    category: String!
    versions: [String!]!
    tools: [Tool!]!
    connections: [Connection!]!
  }

  type ExecutionEventPage { items: [ExecutionEvent!]! next_cursor: String }
  type Execution { id: ID! events: [ExecutionEvent!]! }
  "The intent or the outcome of an execution. Never an argument or an output."
  type ExecutionEvent {
    id: ID!
    time: String!
    execution_id: ID
    outcome: String!
    error_code: String
    session: String
    agent: String
    risk: Risk
    attempts: Int
    upstream_status: Int
    duration_ms: Float
    replayed: Boolean
    plan_id: ID
    trace_id: String
    tool_name: ID
    tool: Tool
    integration: Integration
    connection: Connection
  }
  type UnknownExecution { execution_id: ID! time: String! why: String! session: String tool_name: ID tool: Tool }

  type Connection {
    id: ID!
    label: String!
    auth_type: String!
    status: String!
    is_default: Boolean!
    credential_version: Int!
    created_at: String!
    updated_at: String!
    health: JSON
    integration_id: ID!
    integration: Integration
  }

  type WebhookSource { id: ID! name: String! mode: String! scheme: String enabled: Boolean! url: String created_at: String! updated_at: String! }
  type WebhookEventPage { items: [WebhookEvent!]! next_cursor: String }
  "Without its body: REST shows that."
  type WebhookEvent { id: ID! type: String! scheme: String! vendor_id: String received_at: String! payload_bytes: Int! request_id: ID! source: WebhookSource }
  type WebhookSubscription {
    id: ID!
    name: String!
    types: [String!]!
    target_kind: String!
    state: String!
    state_reason: String
    concurrency: Int!
    created_at: String!
    updated_at: String!
    source: WebhookSource
  }
  type WebhookDeliveryPage { items: [WebhookDelivery!]! next_cursor: String }
  type WebhookDelivery {
    id: ID!
    state: String!
    event_type: String!
    attempts: Int!
    created_at: String!
    next_attempt_at: String
    finished_at: String
    subscription: WebhookSubscription
    source: WebhookSource
    event: WebhookEvent
  }

  type AuditEventPage { items: [AuditEvent!]! next_cursor: String }
  type AuditEvent { id: ID! type: String! source: String! subject: String time: String! tenant: String! data: JSON! }

  type ApiKeyPage { items: [ApiKey!]! next_cursor: String }
  "Never its secret."
  type ApiKey {
    id: ID!
    name: String!
    role: String!
    scopes: [String!]!
    agent: String
    hint: String!
    created_at: String!
    created_by: String!
    expires_at: String
    revoked_at: String
    last_used_at: String
  }
  type TenantPage { items: [Tenant!]! next_cursor: String }
  type Tenant { tenant: ID! name: String! created_at: String! suspended_at: String }

  type Analytics { from: String! to: String! bucket_ms: Int currency: String more: Boolean! totals: Usage! groups: [UsageGroup!]! }
  type Usage { calls: Int! succeeded: Int! failed: Int! refused: Int! cancelled: Int! outcome_unknown: Int! mean_ms: Float p50_ms: Float p95_ms: Float p99_ms: Float tokens: Float! cost: Float }
  type UsageGroup { key: String! calls: Int! succeeded: Int! failed: Int! refused: Int! cancelled: Int! outcome_unknown: Int! mean_ms: Float p50_ms: Float p95_ms: Float p99_ms: Float tokens: Float! cost: Float }
  type Circuit { executor: String! host: String! tenant: String watches: String! state: String! retry_after_ms: Float! calls: Int! failures: Int! }

  "Either an event, or that some were missed."
  type LiveItem { cursor: String event: LiveEvent gap: LiveGap }
  type LiveEvent { id: ID! type: String! source: String! subject: String! time: String! tenant: String! data: JSON }
  type LiveGap { reason: String! since: String missed: Int }
`;
